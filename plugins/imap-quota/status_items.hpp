#pragma once
#include "postern/imap/ext/status_item.hpp"

namespace postern::imap {

/// How many messages EXPUNGE would remove (RFC 9208 section 4.1.4): a counter the store keeps.
class DeletedItem final : public StatusItem {
public:
    void write(const StatusSource& source, ResponseWriter& out) override {
        out.atom("DELETED").number(source.info.deleted);
    }
};

/// The octets of those messages. Opens mailboxes that have some.
class DeletedStorageItem final : public StatusItem {
public:
    bool needs_open(const mail::MailboxInfo& mailbox) const override { return mailbox.deleted > 0; }
    void write(const StatusSource& source, ResponseWriter& out) override;
};

}  // namespace postern::imap
