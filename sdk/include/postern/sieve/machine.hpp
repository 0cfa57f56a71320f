#pragma once
// What a running script sees and does. A script runs without I/O: it reads a message, an envelope and facts that were
// gathered before, and answers a list of actions that somebody else carries out.
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "postern/export.hpp"
#include "postern/mime/message.hpp"
#include "postern/sieve/syntax.hpp"
#include "postern/store/ids.hpp"

namespace postern::sieve {

/// What SMTP or LMTP said (RFC 5228 section 5.4).
struct Envelope {
    std::string from;  ///< without angle brackets; "" is the null reverse path
    std::string to;    ///< of this recipient
    /// Parameters of MAIL and RCPT, names in capitals: NOTIFY, ORCPT, RET, ENVID (decoded), BY.
    std::map<std::string, std::string> parameters;
    bool known = true;  ///< false: the message did not come with an envelope; the test "envelope" fails
};

/// Facts outside the message, gathered before the script runs. What is not known says so. Called on one thread, does not
/// suspend.
class POSTERN_SDK Environment {
public:
    virtual ~Environment();
    virtual UnixTime now() const;
    /// Minutes east of Greenwich: the local zone of "date" (RFC 5260 section 4.1).
    virtual int zone_minutes() const;
    /// Items of RFC 5183 section 4.1 ("domain", "host", "location", "name", "phase", "remote-ip", "version").
    virtual std::optional<std::string> item(std::string_view name) const;
    /// Address of the script's owner, "" if unknown.
    virtual std::string owner() const;
    virtual bool mailbox_exists(std::string_view name) const;
    /// Name of the mailbox with that MAILBOXID (RFC 8474).
    virtual std::optional<std::string> mailbox_of_id(std::string_view id) const;
    /// Name of the mailbox with that special use ("\\Sent", any case).
    virtual std::optional<std::string> mailbox_of_use(std::string_view use) const;
    /// Value of an annotation; an empty mailbox is the server (RFC 5490).
    virtual std::optional<std::string> metadata(std::string_view mailbox, std::string_view entry) const;
    /// A message with this key was tracked and its time has not passed (RFC 7352).
    virtual bool was_tracked(std::string_view key) const;
    /// The message is in a mailbox already: nothing is being delivered, so there is no envelope and nobody to refuse it to.
    virtual bool is_stored() const;
    /// Its flags there: with them the internal variable of imap4flags begins.
    virtual std::vector<std::string> flags() const;
};

/// One thing to do. The kinds of the base language are keep, fileinto, redirect and discard; extensions add kinds and values
/// of their own.
struct Action {
    std::string kind;
    Place place;
    std::map<std::string, std::vector<std::string>> values;  ///< what it is: "mailbox", "address"
    /// How it is done: "flags". The same thing done twice is done once, in the last of the ways (RFC 5228 section 2.10.3).
    std::map<std::string, std::vector<std::string>> details;
    /// The message as it was edited when the action was taken; null: as received.
    std::shared_ptr<const std::string> content;
    bool cancels_keep = true;  ///< no implicit keep (RFC 5228 section 2.10.2)
    bool implicit = false;     ///< the implicit keep itself

    /// First of the values or details of that name, "" if there is none.
    POSTERN_SDK const std::string& value(const std::string& name) const;
    bool has(const std::string& name) const { return values.contains(name) || details.contains(name); }
    void set(const std::string& name, std::string value) { values[name] = {std::move(value)}; }
    /// "fileinto mailbox=\"Lists\" flags=\"\\Seen\"": for tests and `posternctl sieve test`.
    POSTERN_SDK std::string to_string() const;
};

/// What an extension keeps while a script runs.
class POSTERN_SDK State {
public:
    virtual ~State();
};

class Program;

/// How a script goes on after a statement.
enum class Flow : std::uint8_t {
    next,
    stop,   ///< the whole script, with those that include it
    leave,  ///< this script; one that includes it goes on ("return", RFC 6609)
    quit,   ///< the loop of Machine::loop_to_quit()
};

/// A script that runs. Once failed() all calls are harmless and the script ends.
class POSTERN_SDK Machine {
public:
    virtual ~Machine();

    virtual const Envelope& envelope() const = 0;
    virtual const Environment& environment() const = 0;

    // The message
    /// With the edits so far. Valid until the next edit.
    virtual const mime::Message& message() = 0;
    virtual std::shared_ptr<const std::string> content() const = 0;
    virtual bool edited() const = 0;
    /// Replaces the message, for tests and actions that follow.
    virtual void edit(std::string content) = 0;
    /// As it came in: redirect after "enclose".
    virtual std::shared_ptr<const std::string> original() const = 0;
    /// The part that "foreverypart" is at; none outside of loops (RFC 5703 section 3).
    virtual std::optional<std::uint32_t> part() const = 0;
    virtual void set_part(std::optional<std::uint32_t> part) = 0;

    // Doing
    virtual void act(Action action) = 0;
    /// The script has failed: nothing it did counts, the message is kept.
    virtual void fail(Place place, std::string text) = 0;
    virtual bool failed() const = 0;
    /// Takes from the script's budget of work; about one unit a test, and one for each 64 octets looked at. False once it is
    /// spent, and then the script has failed.
    virtual bool spend(std::size_t units) = 0;
    virtual const std::vector<Action>& actions() const = 0;

    // Variables (RFC 5229). Names in lower case.
    virtual std::string variable(const std::string& name) const = 0;
    /// Values are cut at the limit, at a character's end.
    virtual void set_variable(const std::string& name, std::string value) = 0;
    /// "${1}" and its like: of the last match of ":matches" and others that was true. Costs nothing in scripts that do not
    /// use variables.
    virtual bool wants_matches() const = 0;
    virtual void set_matches(std::vector<std::string> matches) = 0;
    virtual const std::vector<std::string>& matches() const = 0;
    /// The name means a variable that all included scripts share (RFC 6609 section 3.4).
    virtual void make_global(const std::string& name) = 0;
    virtual std::string global(const std::string& name) const = 0;
    virtual void set_global(const std::string& name, std::string value) = 0;

    /// Runs another script within this one.
    virtual Flow run(const Program& program) = 0;
    /// Number of the loop that Flow::quit ends.
    virtual void quit_loop(std::uint32_t loop) = 0;
    virtual std::uint32_t loop_to_quit() const = 0;

    /// An extension's state, made when first asked for. `key` is the extension's name.
    template <class T>
    T& state(std::string_view key) {
        return static_cast<T&>(state(key, [] { return std::unique_ptr<State>(std::make_unique<T>()); }));
    }

protected:
    virtual State& state(std::string_view key, std::unique_ptr<State> (*make)()) = 0;
};

/// A compiled test. Immutable; any thread.
class POSTERN_SDK Test {
public:
    virtual ~Test();
    virtual bool evaluate(Machine& machine) const = 0;
};

/// A compiled command. Immutable; any thread.
class POSTERN_SDK Statement {
public:
    virtual ~Statement();
    virtual Flow run(Machine& machine) const = 0;
};

using TestPtr = std::unique_ptr<Test>;
using StatementPtr = std::unique_ptr<Statement>;
using Block = std::vector<StatementPtr>;

/// Runs statements until one of them ends the script, leaves it or fails.
POSTERN_SDK Flow run_block(const Block& block, Machine& machine);

/// A part of a string that is known only when the script runs.
class POSTERN_SDK TextPart {
public:
    virtual ~TextPart();
    virtual void append(Machine& machine, std::string& out) const = 0;
};

/// A compiled string: constant, or with parts like "${name}".
class POSTERN_SDK Text {
public:
    Text() = default;
    explicit Text(std::string constant) : constant_(std::move(constant)) {}
    explicit Text(std::vector<std::unique_ptr<TextPart>> parts) : parts_(std::move(parts)) {}

    bool is_constant() const { return parts_.empty(); }
    const std::string& constant() const { return constant_; }
    std::string value(Machine& machine) const;

private:
    std::string constant_;
    std::vector<std::unique_ptr<TextPart>> parts_;
};

POSTERN_SDK std::vector<std::string> values_of(const std::vector<Text>& texts, Machine& machine);

/// One value that a test of header fields looks at.
struct FieldValue {
    std::string_view field;           ///< its name, as it stands in the message
    std::string_view raw;             ///< as it stands in the message, still folded
    std::uint32_t part = 0;           ///< whose header it stands in
    std::optional<std::string> text;  ///< set: looked at instead, as it is
};

/// What a tagged argument of an extension adds to a command or a test of another. Immutable.
class POSTERN_SDK Stage {
public:
    virtual ~Stage();
    /// Stages are applied in this order.
    virtual int order() const;
    /// Commands: adds to the action that is about to be taken.
    virtual void apply(Machine& machine, Action& action) const;
    /// Tests of header fields: changes which values of the field are looked at, or how.
    virtual void select(Machine& machine, const std::vector<std::string>& fields,
                        std::vector<FieldValue>& values) const;
};
using StagePtr = std::unique_ptr<Stage>;

}  // namespace postern::sieve
