#pragma once
#include "postern/imap/ext/command_handler.hpp"
#include "utf8_mode.hpp"

namespace postern::imap {

/// Without ENABLE, messages with 8-bit octets in their header fields are refused (RFC 9755 section 4).
class HeaderCheck final : public CommandHook {
public:
    explicit HeaderCheck(const Utf8Mode& mode) : mode_(mode) {}
    Result<void> before(CommandContext& context) override;

private:
    const Utf8Mode& mode_;
};

}  // namespace postern::imap
