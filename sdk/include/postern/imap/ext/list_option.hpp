#pragma once
// LIST: selection options (X22), return options (X23) and attributes (X24), RFC 5258.
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "postern/export.hpp"
#include "postern/imap/argument_cursor.hpp"
#include "postern/imap/response_writer.hpp"
#include "postern/mail/account.hpp"
#include "postern/plugin/registry.hpp"
#include "postern/result.hpp"
#include "postern/runtime/runtime.hpp"

namespace postern::imap {

class Session;

/// One name in an answer.
struct ListEntry {
    std::string name;  ///< UTF-8
    MailboxId mailbox{};
    bool exists = false;  ///< false: only a parent of others, or only subscribed
    bool has_children = false;
    bool subscribed = false;
    bool matches_pattern = false;
    std::vector<std::string> attributes;  ///< "\\Sent"; order of contribution
};

class ListFilter;
class ListDecorator;

/// A LIST command being prepared and run.
struct POSTERN_SDK ListPlan {
    explicit ListPlan(Session& s) : session(s) {}
    ListPlan(ListPlan&&) = default;
    ~ListPlan();

    Session& session;
    bool extended = false;    ///< syntax of RFC 5258 was used
    bool has_return = false;  ///< RETURN was given
    /// Names of subscriptions that are no mailboxes take part.
    bool with_subscriptions = false;
    std::vector<std::unique_ptr<ListFilter>> filters;
    std::vector<std::unique_ptr<ListDecorator>> decorators;
    bool decorates(std::string_view name) const;
    bool filters_by(std::string_view name) const;
};

/// A selection option at work.
class POSTERN_SDK ListFilter {
public:
    virtual ~ListFilter();
    virtual std::string_view name() const = 0;
    /// All options are parsed: do they fit together?
    virtual Result<void> check(ListPlan& plan);
    /// Called for every name, whether it matches the pattern or not.
    virtual bool accepts(ListPlan& plan, const ListEntry& entry) const;
    /// `all` are all names in order, `chosen` says which will be told (pattern and every filter). May change it.
    virtual void adjust(ListPlan& plan, std::vector<ListEntry>& all, std::vector<bool>& chosen);
};

/// X22. Registered under the option's name.
class POSTERN_SDK ListSelection {
public:
    static constexpr InterfaceId interface_id{"postern.imap.list_selection", 1, 0};
    virtual ~ListSelection();
    virtual Result<std::unique_ptr<ListFilter>> prepare(ListPlan& plan, const Parameter& parameter,
                                                        ArgumentCursor& value) = 0;
};

/// A return option at work.
class POSTERN_SDK ListDecorator {
public:
    virtual ~ListDecorator();
    virtual std::string_view name() const = 0;
    /// Before anything is written: loads what all entries need, in one store call.
    virtual Task<Result<void>> load(Session* session, const std::vector<ListEntry>* entries);
    /// Adds attributes.
    virtual void contribute(ListPlan& plan, ListEntry& entry) const;
    /// Extended data item of the response: "NAME value"; whether there is one.
    virtual bool has_extended(const ListPlan& plan, const ListEntry& entry) const;
    virtual void write_extended(ListPlan& plan, const ListEntry& entry, ResponseWriter& out) const;
    /// Responses that follow this entry's LIST line.
    virtual Task<Result<void>> after(Session* session, const ListEntry* entry);
};

/// X23. Registered under the option's name.
class POSTERN_SDK ListReturn {
public:
    static constexpr InterfaceId interface_id{"postern.imap.list_return", 1, 0};
    virtual ~ListReturn();
    virtual Result<std::unique_ptr<ListDecorator>> prepare(ListPlan& plan, const Parameter& parameter,
                                                           ArgumentCursor& value) = 0;
};

/// X24: attributes of every LIST response, asked for or not. Registered under the plugin's name.
class POSTERN_SDK MailboxAttributes {
public:
    static constexpr InterfaceId interface_id{"postern.imap.mailbox_attributes", 1, 0};
    virtual ~MailboxAttributes();
    virtual void contribute(ListPlan& plan, ListEntry& entry) const = 0;
    /// The user may not know of this mailbox (RFC 4314 section 4: lookup right); LIST leaves it out.
    virtual bool hides(Session& session, const ListEntry& entry) const;
};

}  // namespace postern::imap
