#include "mailbox_id.hpp"

#include "object_id.hpp"

namespace postern::imap {

namespace {

std::string id_of(const mail::MailboxInfo& info) {
    return object_id(ObjectKind::mailbox, value_of(info.id));
}

}  // namespace

void MailboxIdItem::write(const StatusSource& source, ResponseWriter& out) {
    out.atom("MAILBOXID").open().atom(id_of(source.info)).close();
}

std::string MailboxIdCodes::tagged_code(Session& /*session*/, const Operation& operation) {
    if (operation.kind != Operation::Kind::created || operation.mailbox == nullptr) return {};
    return "MAILBOXID (" + id_of(*operation.mailbox) + ")";
}

void MailboxIdCodes::untagged(Session& /*session*/, const Operation& operation, ResponseWriter& out) {
    if (operation.kind != Operation::Kind::opened) return;
    out.status("", "OK", "MAILBOXID (" + id_of(*operation.mailbox) + ")", "Id of the mailbox");
}

}  // namespace postern::imap
