#pragma once
// The plugin "sieve": registers the base language through the extension points it offers to everybody.
#include "base.hpp"
#include "delivery_filter.hpp"
#include "interpreter.hpp"
#include "postern/plugin/plugin.hpp"
#include "stored_mail.hpp"

namespace postern::sieve {

class SievePlugin final : public Plugin {
public:
    explicit SievePlugin(Host& host);

    void configure(const ConfigNode& config, Diagnostics& problems) override;
    Result<void> declare(Registrar& registrar) override;
    Result<void> resolve(const Lookup& lookup) override;

private:
    Host& host_;
    Interpreter interpreter_;
    BaseLanguage base_;
    SieveFilter filter_;
    StoredMailRunner stored_;
};

}  // namespace postern::sieve
