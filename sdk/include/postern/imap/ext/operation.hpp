#pragma once
// Facts of finished operations and the response codes made from them (X11).
#include <cstdint>
#include <string>

#include "postern/export.hpp"
#include "postern/imap/number_set.hpp"
#include "postern/imap/response_writer.hpp"
#include "postern/mail/types.hpp"
#include "postern/plugin/registry.hpp"

namespace postern::imap {

class Session;

/// What happened. Members without a meaning for `kind` are empty.
struct Operation {
    enum class Kind : std::uint8_t {
        closed,  ///< SELECT or EXAMINE gave up the mailbox that was selected; nothing of the new one is told yet
        opened,    ///< SELECT, EXAMINE: Session::selected() is the new one; the standard lines are written
        appended,  ///< mailbox, uidvalidity, destination
        copied,    ///< mailbox, uidvalidity, source, destination
        moved,     ///< as copied, and modseq; the expunges are not told yet
        expunged,  ///< source, modseq
        stored,    ///< modseq; refused
        created,   ///< mailbox
    };
    Kind kind;
    bool by_uid = false;  ///< of the command
    const mail::MailboxInfo* mailbox = nullptr;
    std::uint32_t uidvalidity = 0;
    UidSet source{};       ///< in the selected mailbox
    UidSet destination{};  ///< pairs up with source, both ascending
    Modseq modseq = 0;     ///< of the change in the selected mailbox; 0 if nothing changed
    NumberSet
        refused{};  ///< stored: messages left alone by a modifier, as UIDs or numbers like in the command
};

/// X11. Asked in the order of order(); for the tagged response the first code wins. Registered under the plugin's name.
class POSTERN_SDK ResponseCodes {
public:
    static constexpr InterfaceId interface_id{"postern.imap.response_codes", 1, 0};
    virtual ~ResponseCodes();
    virtual int order() const;
    /// "APPENDUID 38505 3955", without brackets; empty: none.
    virtual std::string tagged_code(Session& session, const Operation& operation);
    /// Whole untagged lines.
    virtual void untagged(Session& session, const Operation& operation, ResponseWriter& out);
};

}  // namespace postern::imap
