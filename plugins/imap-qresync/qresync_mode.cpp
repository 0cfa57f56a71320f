#include "qresync_mode.hpp"

namespace postern::imap {

bool QresyncToken::enable(Session& session) {
    condstore_->enable(session);
    session.turn_on(mode_);
    return true;
}

bool VanishedFilter::write_expunged(Session& /*session*/,
                                    std::span<const mail::ViewChanges::Expunged> messages,
                                    ResponseWriter& out) {
    write_vanished(messages, out);
    return true;
}

std::string QresyncCodes::tagged_code(Session& session, const Operation& operation) {
    const bool removed =
        operation.kind == Operation::Kind::expunged || operation.kind == Operation::Kind::moved;
    if (!removed || operation.modseq == 0 || !session.is_on(mode_)) return {};
    return "HIGHESTMODSEQ " + std::to_string(operation.modseq);
}

void QresyncCodes::untagged(Session& /*session*/, const Operation& operation, ResponseWriter& out) {
    if (operation.kind == Operation::Kind::closed) {
        out.status("", "OK", "CLOSED", "The former mailbox is closed");
    }
}

}  // namespace postern::imap
