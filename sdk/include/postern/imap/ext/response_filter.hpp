#pragma once
// How responses look once modes are on (X10).
#include <cstdint>
#include <span>

#include "postern/export.hpp"
#include "postern/imap/ext/mode.hpp"
#include "postern/imap/response_writer.hpp"
#include "postern/mail/mailbox.hpp"
#include "postern/plugin/registry.hpp"

namespace postern::imap {

class Session;

/// One message of a FETCH response. Pointers are valid during the call.
struct FetchedMessage {
    mail::Slot slot = mail::no_slot;
    Uid uid = 0;
    std::uint32_t number = 0;  ///< in the session's view
    const mail::Mailbox* mailbox = nullptr;
    const mail::Columns* columns = nullptr;
    /// Its immutable part; null unless somebody asked for it.
    mail::StoredMessagePtr stored;

    mail::FlagBits flags() const { return columns->flags[slot]; }
    Modseq modseq() const { return columns->modseq[slot]; }
};

/// X10. In force while its mode is on. Several in force are asked in the order of order(); where an answer can be given
/// once only, the first wins. Registered under the plugin's name.
class POSTERN_SDK ResponseFilter {
public:
    static constexpr InterfaceId interface_id{"postern.imap.response_filter", 1, 0};
    virtual ~ResponseFilter();
    /// Null: always in force.
    virtual const SessionMode* mode() const = 0;
    virtual int order() const;

    /// Instead of EXPUNGE responses; true if written.
    virtual bool write_expunged(Session& session, std::span<const mail::ViewChanges::Expunged> messages,
                                ResponseWriter& out);
    /// Instead of "* number FETCH" at the start of a FETCH response (before "("); true if written.
    virtual bool write_fetch_head(Session& session, const FetchedMessage& message, ResponseWriter& out);
    /// Every FETCH response carries UID.
    virtual bool wants_uid() const;
    /// Responses that tell changed flags carry UID.
    virtual bool wants_uid_with_flags() const;
    /// Further items for a response that tells changed flags: "NAME value".
    virtual void add_to_flags(Session& session, const FetchedMessage& message, ResponseWriter& out);
    /// A STORE that asked for silence still gets a FETCH response for each changed message, without FLAGS but with
    /// what add_to_flags() adds.
    virtual bool answers_silent_store() const;
};

/// "* VANISHED 405,407:410": what modes without EXPUNGE tell (RFC 7162 section 3.2.10.2, RFC 9586).
POSTERN_SDK void write_vanished(std::span<const mail::ViewChanges::Expunged> messages, ResponseWriter& out);

}  // namespace postern::imap
