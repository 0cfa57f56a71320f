#pragma once
// The plugin "imap": registers the bare server through the extension points it offers to everybody.
#include <memory>
#include <vector>

#include "commands/commands.hpp"
#include "items/items.hpp"
#include "postern/auth/sasl.hpp"
#include "postern/plugin/plugin.hpp"
#include "server.hpp"
#include "status_items.hpp"

namespace postern::imap {

class ImapPlugin final : public Plugin {
public:
    explicit ImapPlugin(Host& host);

    void configure(const ConfigNode& config, Diagnostics& problems) override;
    Result<void> declare(Registrar& registrar) override;
    Result<void> resolve(const Lookup& lookup) override;

private:
    Server server_;
    PlainMechanism plain_;
    std::vector<NamedCommand> commands_;
    std::vector<NamedFetchItem> fetch_items_;
    std::vector<NamedStatusItem> status_items_;
};

}  // namespace postern::imap
