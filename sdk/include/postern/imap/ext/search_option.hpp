#pragma once
// SEARCH keys (X16), return options (X17) and saved sets (X18).
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "postern/export.hpp"
#include "postern/imap/ext/fetch_item.hpp"
#include "postern/imap/search.hpp"
#include "postern/imap/search_parser.hpp"
#include "postern/plugin/registry.hpp"
#include "postern/result.hpp"

namespace postern::imap {

class Session;
class SearchReturn;

/// Order of a result that is not the mailbox's. Kept by whoever keeps a result: what comes later is put in its place.
class POSTERN_SDK SearchOrder {
public:
    virtual ~SearchOrder();
    /// Sorts slots of the selected mailbox; whatever it needs of them is loaded in batches. Messages that are gone may
    /// be left out. `slots` outlives the call.
    virtual Task<Result<void>> sort(Session* session, std::vector<mail::Slot>* slots) = 0;
};

/// Text of a message, decoded and folded (mime::searchable_text()).
struct SearchedText {
    std::string_view body;
    std::string_view all;  ///< with the header
};

/// X16. Registered under the key's name. parse() makes a node of SearchNode::of_extension whose name() is the key's, or
/// rewrites to other nodes.
class POSTERN_SDK SearchKey {
public:
    static constexpr InterfaceId interface_id{"postern.imap.search_key", 1, 0};
    virtual ~SearchKey();
    /// The cursor stands right after the key.
    virtual Result<SearchNode> parse(Session& session, ArgumentCursor& in, SearchParser& parser) = 0;
    virtual Need need(const SearchExtension& key) const;
    virtual bool matches(Session& session, const SearchExtension& key, const FetchedMessage& message) const;
    /// Instead of matches(), if it needs the content.
    virtual bool matches_text(Session& session, const SearchExtension& key, const FetchedMessage& message,
                              const SearchedText& text) const;
    /// Where it is known without looking at every message: the slots that match, ascending.
    virtual std::optional<std::vector<mail::Slot>> candidates(Session& session,
                                                              const SearchExtension& key) const;
};

/// A search being prepared and run, by SEARCH or by commands like it.
struct POSTERN_SDK SearchPlan {
    explicit SearchPlan(Session& s) : session(s) {}
    SearchPlan(SearchPlan&&) = default;
    ~SearchPlan();

    Session& session;
    std::string tag;
    std::string correlators;         ///< of an extended reply, besides the tag, encoded: "MAILBOX Sent"
    std::string command = "SEARCH";  ///< name of the plain response
    bool uid = false;
    SearchNode tree;
    bool extended = false;  ///< RETURN was given
    std::vector<std::unique_ptr<SearchReturn>> returns;
    /// Only these are looked at, ascending; not set: the whole view.
    std::optional<std::vector<mail::Slot>> candidates;
    /// The messages found: ascending, or in the order a sorting command gave them.
    std::vector<mail::Slot> result;
    bool sorted = false;  ///< `result` has an order of its own: set before the return options are parsed
    std::shared_ptr<SearchOrder> order;  ///< then: what keeps it, set before finish()

    bool uses_numbers() const;  ///< message numbers occur in the criteria
    bool uses(std::string_view extension_key) const;
};

/// What will be told.
struct SearchReply {
    bool extended = false;  ///< as ESEARCH response (RFC 4731), otherwise the plain form
    bool suppressed = false;
    /// Encoded "NAME value" pairs of the extended form, in order.
    std::vector<std::pair<std::string, std::string>> items;
    /// After the numbers of the plain form: "(NAME 12)".
    std::string trailer;
    /// Extended: messages told one by one, and whether all of the result is told or counted.
    std::vector<mail::Slot> named;
    bool names_all = false;
};

/// One return option at work.
class POSTERN_SDK SearchReturn {
public:
    virtual ~SearchReturn();
    virtual std::string_view name() const = 0;
    /// What of the result it needs: a search stops early if nobody needs more.
    enum class Extent : std::uint8_t { lowest, highest, all };
    virtual Extent extent() const;
    /// All options are parsed: do they fit together?
    virtual Result<void> check(SearchPlan& plan);
    /// plan.result is known. Adds to the reply.
    virtual Result<void> finish(SearchPlan& plan, SearchReply& reply) = 0;
    /// The search failed (RFC 5182 section 2.1 empties the saved set).
    virtual void failed(SearchPlan& plan);
};

/// X17. Registered under the option's name.
class POSTERN_SDK SearchReturnOption {
public:
    static constexpr InterfaceId interface_id{"postern.imap.search_return", 1, 0};
    virtual ~SearchReturnOption();
    /// Stands in for "RETURN ()" (RFC 4731 section 3.1: ALL).
    virtual bool is_default() const;
    virtual Result<std::unique_ptr<SearchReturn>> prepare(SearchPlan& plan, const Parameter& parameter,
                                                          ArgumentCursor& value) = 0;
};

/// Adds to replies what follows from the criteria (RFC 7162 section 3.1.5), or changes their form. Called after the
/// return options. Registered under the plugin's name.
class POSTERN_SDK SearchDecorator {
public:
    static constexpr InterfaceId interface_id{"postern.imap.search_decorator", 1, 0};
    virtual ~SearchDecorator();
    virtual void decorate(SearchPlan& plan, SearchReply& reply) = 0;
};

/// X18: what "$" stands for (RFC 5182). The sole provider.
class POSTERN_SDK SetReference {
public:
    static constexpr InterfaceId interface_id{"postern.imap.set_reference", 1, 0};
    virtual ~SetReference();
    virtual UidSet uids(Session& session) = 0;
};

/// Writes the reply: "* SEARCH 2 5" or "* ESEARCH (TAG "a") UID MIN 2".
POSTERN_SDK void write_search_reply(ResponseWriter& out, const SearchPlan& plan, const SearchReply& reply);
/// The result as UIDs or message numbers.
POSTERN_SDK NumberSet result_numbers(const SearchPlan& plan);
/// These messages of a result as a set, "2:4,7": in ascending order, or in the plan's own order, where only neighbours that
/// ascend by one make a range (RFC 5267 section 3.2). Empty text for none.
POSTERN_SDK std::string result_set(const SearchPlan& plan, std::span<const mail::Slot> slots);

}  // namespace postern::imap
