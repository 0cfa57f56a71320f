#include "delivery/content.hpp"

#include "postern/mail/trace.hpp"
#include "postern/mime/header.hpp"
#include "postern/smtp/command.hpp"

namespace postern::delivery {

Stamped stamp(const mail::Envelope& envelope, const mail::ResolvedRecipient& recipient,
              const std::string& content, std::string_view id, UnixTime now) {
    const std::string return_path = mail::return_path_field(envelope.sender);
    const std::string received = mail::received_field(envelope.peer, id, recipient.envelope.address, now);
    auto whole = std::make_shared<std::string>();
    whole->reserve(return_path.size() + received.size() + recipient.envelope.address.size() + 16 +
                   content.size());
    *whole += return_path;
    *whole += "Delivered-To: " + recipient.envelope.address + "\r\n";
    *whole += received;
    *whole += content;
    return {std::move(whole), return_path.size()};
}

store::ReceiptWrite arrival(const mail::Envelope& envelope, const std::string& recipient, UnixTime now) {
    store::ReceiptWrite write;
    write.receipt.uidl = "envelope " + smtp::encode_xtext(envelope.sender) + ' ' +
                         smtp::encode_xtext(recipient) + ' ' + smtp::encode_xtext(envelope.id);
    write.receipt.state = store::ReceiptState::expired;
    write.receipt.first_seen = write.receipt.last_seen = write.receipt.stored_at = now;
    write.from = store::bit(store::ReceiptState::none);
    return write;
}

bool goes_in_circles(std::string_view content, std::string_view address, std::size_t max_hops) {
    std::size_t hops = 0;
    mime::HeaderReader reader(content);
    while (const mime::Field* field = reader.next()) {
        if (field->id == mime::FieldId::received && ++hops > max_hops) return true;
        if (field->id == mime::FieldId::delivered_to && mime::equal_ascii_nocase(field->value, address))
            return true;
    }
    return false;
}

}  // namespace postern::delivery
