#pragma once
#include <cstdint>
#include <string>

#include "postern/imap/ext/command_handler.hpp"

namespace postern::imap {

/// UIDBATCHES size [first:last] (RFC 10022).
class UidbatchesCommand final : public CommandHandler {
public:
    CommandTraits traits() const override { return {.states = in_selected}; }
    Task<CommandResult> run(CommandContext* context) override;
};

struct BatchRequest {
    std::uint32_t size = 0;
    std::uint32_t first = 1;  ///< of the batches that are wanted, from 1
    std::uint32_t last = 0xffffffff;
};

/// "163886:99703,99702:20358,20357:1": batches from the highest UID down. Together they are every UID up to the highest.
std::string uid_batches(const mail::View& view, const mail::Columns& columns, const BatchRequest& request);

}  // namespace postern::imap
