#include "submission/content.hpp"

#include "postern/mail/trace.hpp"
#include "postern/mime/header.hpp"
#include "postern/smtp/line_ends.hpp"

namespace postern::submission {

std::string message_id_of(std::string_view message) {
    const std::string_view value =
        mime::first_value(message.substr(0, mime::header_length(message)), "Message-ID");
    std::string id;
    mime::append_unfolded(value, id);
    return id;
}

std::string complete(std::string_view message, const mail::Envelope& envelope, std::string_view id,
                     UnixTime now) {
    const std::string_view header = message.substr(0, mime::header_length(message));
    std::string whole = mail::received_field(envelope.peer, id, {}, now);
    if (mime::first_value(header, "Message-ID").data() == nullptr)
        whole += "Message-ID: <" + std::string(id) + '@' + envelope.peer.server + ">\r\n";
    if (mime::first_value(header, "Date").data() == nullptr)
        whole += "Date: " + mail::format_date(now) + "\r\n";
    if (envelope.body != mail::BodyKind::binary && smtp::has_bare_line_ends(message))
        return whole + smtp::with_line_ends(message);
    return whole.append(message);
}

}  // namespace postern::submission
