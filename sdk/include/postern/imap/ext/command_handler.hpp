#pragma once
// Commands (X1) and hooks around them (X12).
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "postern/export.hpp"
#include "postern/imap/argument_cursor.hpp"
#include "postern/imap/command_reader.hpp"
#include "postern/imap/ext/session.hpp"
#include "postern/plugin/registry.hpp"
#include "postern/result.hpp"
#include "postern/runtime/runtime.hpp"

namespace postern::imap {

/// In which states a command is allowed.
using StateSet = std::uint8_t;
constexpr StateSet in(State a) {
    return static_cast<StateSet>(a);
}
constexpr StateSet in_not_authenticated = in(State::not_authenticated);
constexpr StateSet in_selected = in(State::selected);
constexpr StateSet in_authenticated = in(State::authenticated) | in_selected;
constexpr StateSet in_any_state = in_not_authenticated | in_authenticated;

/// What may be told of the selected mailbox before the tagged response (RFC 3501 section 7.4.1).
enum class Updates : std::uint8_t {
    none,                 ///< nothing: the command changes the state of the session
    numbers_stay,         ///< no expunges: FETCH-like commands ...
    numbers_stay_by_msn,  ///< ... unless given as UID command
    all,
};

struct CommandTraits {
    StateSet states = in_authenticated;
    /// "UID NAME" is a form of this command. One that exists as UID command only is registered as "UID NAME".
    bool uid_form = false;
    Updates updates = Updates::all;
};

/// Outcome of a command: the tagged response.
struct POSTERN_SDK CommandResult {
    enum class Condition : std::uint8_t { ok, no, bad };
    Condition condition = Condition::ok;
    std::string code;  ///< without brackets, may be empty
    std::string text;

    static CommandResult ok(std::string text, std::string code = {});
    static CommandResult no(std::string text, std::string code = {});
    static CommandResult bad(std::string text, std::string code = {});
    /// protocol_violation is BAD, anything else NO. A text "[CODE] text" carries its code; otherwise the code is the
    /// one of RFC 5530 that fits the Errc.
    static CommandResult failed(const Error& error);
};

/// What becomes of an announced literal.
struct LiteralDecision {
    enum class Kind : std::uint8_t { buffer, stream, refuse } kind = Kind::buffer;
    /// refuse: what the client is told instead of "+".
    CommandResult refusal;
};

/// Run after the tagged response was sent: layers are pushed here (X5). The session stays readable.
using AfterReply = Task<Result<void>> (*)(Session* session, void* argument);

/// One command as it runs. Lives until its tagged response is written.
struct POSTERN_SDK CommandContext {
    CommandContext(Session& s, ArgumentCursor& a) : session(s), args(a) {}

    Session& session;
    /// Stands right after the command's name: space() comes first, or end() if there are no arguments.
    ArgumentCursor& args;
    std::string tag;
    std::string name;  ///< upper case, without "UID "
    bool uid = false;
    Updates updates = Updates::all;  ///< from the traits; the command may lower it
    /// Octets of streamed literals, by ArgumentCursor::Literal::index; null for buffered ones.
    std::span<const std::shared_ptr<std::string>> streamed;

    AfterReply after_reply = nullptr;
    void* after_reply_argument = nullptr;

    /// Octets of a string literal at the cursor, streamed or not, without copying a streamed one.
    Result<std::shared_ptr<const std::string>> literal_octets();
};

/// X1. Registered under its name in capitals. Shared by all sessions: no state of a session here.
class POSTERN_SDK CommandHandler {
public:
    static constexpr InterfaceId interface_id{"postern.imap.command", 1, 0};
    virtual ~CommandHandler();
    virtual CommandTraits traits() const = 0;
    /// Parses the arguments and does the work. `context` outlives the coroutine.
    virtual Task<CommandResult> run(CommandContext* context) = 0;
    /// A literal of this command is announced; `args` holds what came before it (as CommandContext::args). The default
    /// buffers it.
    virtual LiteralDecision literal(Session& session, const LiteralOffer& offer, ArgumentCursor& args);
};

/// X12. Called around every command, in the order of registration; registered under the plugin's name.
class POSTERN_SDK CommandHook {
public:
    static constexpr InterfaceId interface_id{"postern.imap.command_hook", 1, 0};
    virtual ~CommandHook();
    /// An error refuses the command, as CommandResult::failed().
    virtual Result<void> before(CommandContext& context);
    /// Before this command there is work that suspends: prepare() is called, after every before(). An error refuses the
    /// command.
    virtual bool prepares(const CommandContext& context) const;
    virtual Task<Result<void>> prepare(CommandContext* context);
    /// The command is about to work on these messages of the selected mailbox, ascending: take some out, or refuse it.
    virtual Result<void> working_on(Session& session, std::vector<mail::Slot>& slots);
    /// May change the result; untagged lines may still be written.
    virtual void after(CommandContext& context, CommandResult& result);
    virtual void progress(Session& session, std::uint64_t done, std::uint64_t total);
};

}  // namespace postern::imap
