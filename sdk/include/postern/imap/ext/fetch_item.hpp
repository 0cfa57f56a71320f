#pragma once
// FETCH items (X13) and modifiers (X14).
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "postern/export.hpp"
#include "postern/imap/argument_cursor.hpp"
#include "postern/imap/ext/response_filter.hpp"
#include "postern/imap/fetch.hpp"
#include "postern/imap/response_writer.hpp"
#include "postern/mail/account.hpp"
#include "postern/plugin/registry.hpp"
#include "postern/runtime/runtime.hpp"

namespace postern::imap {

class Session;

/// What must be at hand to answer: the core loads it for many messages at once.
enum class Need : std::uint8_t {
    columns,  ///< the open mailbox's columns: free
    record,   ///< FetchedMessage::stored
    content,  ///< search keys only: the record, and the text of the message
};

/// One item of one FETCH command, ready to answer for message after message.
class POSTERN_SDK FetchEmitter {
public:
    virtual ~FetchEmitter();
    virtual std::string_view name() const = 0;  ///< of the item: "RFC822.SIZE"
    virtual Need need() const = 0;
    virtual bool sets_seen() const;
    /// Writes "NAME value". False if the message's content is needed: then nothing may have been written, and
    /// write_content() is called.
    virtual bool write(Session& session, const FetchedMessage& message, ResponseWriter& out) = 0;
    /// The same with suspension: reads through Account::read_content and calls Session::drain() while it writes. An error
    /// before the first octet leaves the item out and fails the command; after it, the connection is closed. The column
    /// pointer is null here (columns move); `message.stored` is set.
    virtual Task<Result<void>> write_content(Session* session, FetchedMessage message, ResponseWriter* out);
};

/// X13. Registered under the item's name, upper case; for items with a section, the part before "[".
class POSTERN_SDK FetchItemHandler {
public:
    static constexpr InterfaceId interface_id{"postern.imap.fetch_item", 1, 0};
    virtual ~FetchItemHandler();
    /// A list after the name belongs to the item: "NAME (ARG)".
    virtual bool takes_arguments() const;
    /// protocol_violation if the item is malformed. `args` stands at the item's arguments, if it has any.
    virtual Result<std::unique_ptr<FetchEmitter>> prepare(Session& session, const FetchItem& item,
                                                          ArgumentCursor& args) = 0;
};

class FetchStage;

/// A FETCH command being prepared and run. Extensions that answer as FETCH does build their own and pass it to
/// Engine::fetch().
struct POSTERN_SDK FetchPlan {
    FetchPlan(Session& s, bool by_uid) : session(s), uid(by_uid) {}
    FetchPlan(FetchPlan&&) = default;
    ~FetchPlan();

    Session& session;
    bool uid;                                             ///< a UID command: the UID item is implied
    std::vector<std::unique_ptr<FetchEmitter>> emitters;  ///< in the order of the response
    std::vector<std::unique_ptr<FetchStage>> stages;
    /// The numbers (or UIDs) the client named, whether messages have them or not.
    NumberSet requested;
    /// The messages to answer for, ascending.
    std::vector<mail::Slot> slots;

    bool has(std::string_view item) const;  ///< some emitter has that name
};

/// One modifier at work. Called in the order: check, narrow, before, [the messages], after.
class POSTERN_SDK FetchStage {
public:
    virtual ~FetchStage();
    virtual std::string_view name() const = 0;
    /// All modifiers are parsed: do they fit together?
    virtual Result<void> check(FetchPlan& plan);
    /// `requested` and `slots` are known: take messages out, or reorder.
    virtual Result<void> narrow(FetchPlan& plan);
    /// Responses before the first FETCH.
    virtual void before(FetchPlan& plan, ResponseWriter& out);
    virtual void after(FetchPlan& plan, ResponseWriter& out);
};

/// X14. Registered under the modifier's name.
class POSTERN_SDK FetchModifier {
public:
    static constexpr InterfaceId interface_id{"postern.imap.fetch_modifier", 1, 0};
    virtual ~FetchModifier();
    /// May add emitters to the plan (implied items). `value` stands at the parameter's value; parameter.has_value says
    /// whether there is one.
    virtual Result<std::unique_ptr<FetchStage>> prepare(FetchPlan& plan, const Parameter& parameter,
                                                        ArgumentCursor& value) = 0;
};

}  // namespace postern::imap
