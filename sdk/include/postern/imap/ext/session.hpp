#pragma once
// A session as commands and extensions see it.
#include <bitset>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "postern/auth/auth.hpp"
#include "postern/export.hpp"
#include "postern/imap/ext/mode.hpp"
#include "postern/imap/ext/operation.hpp"
#include "postern/imap/ext/slots.hpp"
#include "postern/imap/lexical.hpp"
#include "postern/imap/response_writer.hpp"
#include "postern/imap/sequence_set.hpp"
#include "postern/mail/account.hpp"
#include "postern/net/protocol.hpp"
#include "postern/runtime/log.hpp"
#include "postern/runtime/runtime.hpp"

namespace postern::imap {

class Engine;

/// RFC 3501 section 3. A bit each, so that a set of states is their sum.
enum class State : std::uint8_t { not_authenticated = 1, authenticated = 2, selected = 4, logout = 8 };

/// The mailbox a session has open. Replaced by SELECT and EXAMINE, dropped by CLOSE and the like.
struct POSTERN_SDK SelectedMailbox {
    std::shared_ptr<mail::Mailbox> mailbox;
    std::unique_ptr<mail::View> view;
    bool read_only = false;  ///< EXAMINE, or rights
    Slots slots;             ///< X9

    SelectedMailbox();
    SelectedMailbox(SelectedMailbox&&) noexcept;
    SelectedMailbox& operator=(SelectedMailbox&&) noexcept;
    ~SelectedMailbox();
};

/// What ended Session::wait().
enum class Wake : std::uint8_t {
    input,    ///< octets can be read, or the client went away (the next read tells)
    changes,  ///< the selected mailbox has changes to tell, or Session::wake() was called
    timeout,
    stopping,  ///< the server is stopping, or the connection's watchdog fired: end the command
};

/// Implemented by the IMAP core. All calls on the session's core (thread). Raw pointers and references returned are
/// valid until the next suspension point, unless said otherwise; the session outlives every command it runs.
class POSTERN_SDK Session {
public:
    virtual ~Session();

    virtual std::uint64_t id() const = 0;  ///< unique in the process; mail::Cause::session
    virtual State state() const = 0;
    virtual Connection& connection() = 0;
    virtual const ListenerInfo& listener() const = 0;
    virtual Runtime& runtime() = 0;
    virtual Logger& log() = 0;
    virtual Engine& engine() const = 0;

    // The user; null before sign-in
    virtual const Identity* identity() const = 0;
    virtual mail::Account* account() const = 0;
    virtual mail::Account::Presence* presence() const = 0;
    /// Null unless a mailbox is selected.
    virtual SelectedMailbox* selected() = 0;
    /// While a command examines another mailbox, selected() answers that one, and so do message sets and searches mean it.
    /// Null ends it; it must end before the command does. Nothing is announced of it.
    virtual void look_at(SelectedMailbox* other) = 0;
    /// For store operations.
    virtual mail::Cause cause(std::string_view command) const = 0;
    /// A mailbox by its name (UTF-8); not_found carries the code NONEXISTENT. The only way from a name to a mailbox.
    virtual Result<const mail::MailboxInfo*> find_mailbox(std::string_view name) = 0;

    // Modes, X7
    bool is_on(const SessionMode& mode) const {
        return mode.index() < modes_.size() && modes_.test(mode.index());
    }
    /// Does nothing if it is on.
    virtual void turn_on(SessionMode& mode) = 0;
    /// Asks the modes that are on; the first veto is the answer.
    virtual Result<void> permit(ArgumentKind kind) const = 0;
    /// Lexical features of this session (X6), valid from the next command on.
    virtual LexicalFeatures& features() = 0;
    virtual WriterModes& writer_modes() = 0;
    /// State of extensions (X8).
    virtual Slots& slots() = 0;

    // Output. Octets are sent when the buffer is full and when the session has no more input to work on.
    virtual OutputBuffer& output() = 0;
    ResponseWriter writer() { return ResponseWriter(output(), writer_modes()); }
    /// Sends if the buffer is full: called after each response of a long sequence. An error ends the command: pass it on.
    virtual Task<Result<void>> drain() = 0;
    /// Sends everything.
    virtual Task<Result<void>> flush() = 0;

    // Input takeover, X33
    /// One raw line without CRLF, at most `max` octets (too_large otherwise). Sends pending output first.
    virtual Task<Result<std::string>> read_line(std::size_t max, std::chrono::seconds timeout) = 0;
    /// Octets of the client are waiting in memory.
    virtual bool has_input() const = 0;
    /// Sends pending output, gives buffers back and waits.
    virtual Task<Wake> wait(std::chrono::seconds timeout) = 0;
    /// Ends wait() with Wake::changes. Same core.
    virtual void wake() = 0;

    // The update gate
    /// Tells what is new in the selected mailbox. `numbers_stay`: no message is told as expunged
    /// (RFC 3501 section 7.4.1). The core calls it after every command; only commands that wait call it themselves.
    virtual Task<Result<void>> announce(bool numbers_stay) = 0;
    /// Untagged FETCH with the present flags of these messages, as announce() writes them (with UID, if `with_uid` or a
    /// filter wants it).
    virtual Task<Result<void>> write_flags(std::vector<mail::Slot> slots, bool with_uid) = 0;

    // Message sets
    /// The messages of the view in a set, ascending. By number, a number that does not exist is a protocol_violation;
    /// unknown UIDs are left out (RFC 3501 section 6.4.8).
    virtual Result<std::vector<mail::Slot>> resolve(const SequenceSet& set, bool uid) = 0;
    /// The numbers (or UIDs) the client means, whether messages have them or not.
    virtual Result<NumberSet> resolve_numbers(const SequenceSet& set, bool uid) = 0;
    /// To be called with the messages a command is about to work on, ascending, once it knows them: hooks (X12) may take
    /// some out; an error refuses the command.
    virtual Result<void> working_on(std::vector<mail::Slot>& slots) = 0;
    /// UIDs or, without `uid`, message numbers of these slots of the view.
    virtual NumberSet numbers_of(std::span<const mail::Slot> slots, bool uid) = 0;

    /// X11: asks the contributors; untagged lines are written, the code for the tagged response is returned.
    virtual std::string report(const Operation& operation) = 0;
    /// X38: called now and then by long commands.
    virtual void progress(std::uint64_t done, std::uint64_t total) = 0;

    // Transitions, for commands that are them
    /// Leaves the selected state without telling anything.
    virtual void close_selected() = 0;
    /// Back to the state before sign-in (RFC 8437): mailbox, modes, slots and features are reset.
    virtual void unauthenticate() = 0;
    /// The session ends after this command's reply.
    virtual void log_out() = 0;

protected:
    std::bitset<SessionMode::max_modes> modes_;
};

}  // namespace postern::imap
