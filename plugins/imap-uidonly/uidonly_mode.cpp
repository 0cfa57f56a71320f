#include "uidonly_mode.hpp"

namespace postern::imap {

Result<void> UidonlyMode::permit(const Session& /*session*/, ArgumentKind kind) const {
    if (kind != ArgumentKind::message_number) return {};
    return Error(Errc::protocol_violation, "[UIDREQUIRED] Message numbers are switched off");
}

bool UidonlyFilter::write_expunged(Session& /*session*/,
                                   std::span<const mail::ViewChanges::Expunged> messages,
                                   ResponseWriter& out) {
    write_vanished(messages, out);
    return true;
}

bool UidonlyFilter::write_fetch_head(Session& /*session*/, const FetchedMessage& message,
                                     ResponseWriter& out) {
    out.untagged(message.uid).atom("UIDFETCH");
    return true;
}

}  // namespace postern::imap
