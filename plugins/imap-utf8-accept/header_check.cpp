#include "header_check.hpp"

#include "postern/imap/ext/session.hpp"
#include "postern/mime/decode.hpp"

namespace postern::imap {

namespace {

/// Header fields of a message, without the empty line.
std::string_view header_of(std::string_view message) {
    if (message.starts_with("\r\n")) return {};
    return message.substr(0, message.find("\r\n\r\n"));
}

}  // namespace

Result<void> HeaderCheck::apply(Session& session, std::shared_ptr<const std::string>& message) {
    if (session.writer_modes().utf8_quoted || mime::is_ascii(header_of(*message))) return {};
    return Error(Errc::unsupported, "[CANNOT] 8-bit header fields need ENABLE UTF8=ACCEPT");
}

}  // namespace postern::imap
