#pragma once
#include "postern/imap/ext/command_handler.hpp"
#include "utf8_mode.hpp"

namespace postern::imap {

/// Messages with 8-bit octets in their header fields are taken from sessions that speak UTF-8 only, by whatever they have
/// enabled (RFC 9755 section 4, RFC 9051 section 6.3.12).
class HeaderCheck final : public CommandHook {
public:
    Result<void> before(CommandContext& context) override;
};

}  // namespace postern::imap
