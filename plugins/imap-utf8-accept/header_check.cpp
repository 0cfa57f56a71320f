#include "header_check.hpp"

#include <algorithm>

#include "postern/mime/decode.hpp"

namespace postern::imap {

namespace {

/// Header fields of a message, without the empty line.
std::string_view header_of(std::string_view message) {
    if (message.starts_with("\r\n")) return {};
    return message.substr(0, message.find("\r\n\r\n"));
}

/// The literals are whole messages: not pieces of one, which have no header of their own.
bool appends_whole_messages(const CommandContext& context) {
    if (context.name != "APPEND" && context.name != "REPLACE") return false;
    return to_upper(context.args.rest()).find("CATENATE") == std::string::npos;
}

}  // namespace

Result<void> HeaderCheck::before(CommandContext& context) {
    if (context.session.writer_modes().utf8_quoted || !appends_whole_messages(context)) return {};
    const bool ascii = std::ranges::all_of(context.streamed, [](const std::shared_ptr<std::string>& literal) {
        return !literal || mime::is_ascii(header_of(*literal));
    });
    if (ascii) return {};
    return Error(Errc::unsupported, "[CANNOT] 8-bit header fields need ENABLE UTF8=ACCEPT");
}

}  // namespace postern::imap
