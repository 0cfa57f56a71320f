#pragma once
// STATUS items (X21).
#include "postern/export.hpp"
#include "postern/imap/response_writer.hpp"
#include "postern/mail/mailbox.hpp"
#include "postern/plugin/registry.hpp"

namespace postern::imap {

class Session;

struct StatusSource {
    Session& session;
    const mail::MailboxInfo& info;
    mail::Mailbox* mailbox = nullptr;  ///< set if some item needs it open and it is not empty
    mail::View* view = nullptr;        ///< a read-only view of it, likewise
};

/// X21. Registered under the item's name. Also offered to commands that return STATUS data with theirs.
class POSTERN_SDK StatusItem {
public:
    static constexpr InterfaceId interface_id{"postern.imap.status_item", 1, 0};
    virtual ~StatusItem();
    /// The kept counters of this mailbox, which is not empty, do not tell: it must be opened. Costs a load; avoid.
    virtual bool needs_open(const mail::MailboxInfo& mailbox) const;
    /// A client asked for it (some items switch on a mode).
    virtual void requested(Session& session);
    /// "NAME value"
    virtual void write(const StatusSource& source, ResponseWriter& out) = 0;
};

}  // namespace postern::imap
