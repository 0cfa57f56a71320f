#pragma once
// SUBSCRIBED and REMOTE of the extended LIST (RFC 5258 sections 3.1 and 3.2), and \NonExistent.
#include <memory>

#include "postern/imap/ext/list_option.hpp"

namespace postern::imap {

/// LIST (SUBSCRIBED): subscribed names, whether there is such a mailbox or not. Implies RETURN (SUBSCRIBED).
class SubscribedSelection final : public ListSelection {
public:
    Result<std::unique_ptr<ListFilter>> prepare(ListPlan& plan, const Parameter& parameter,
                                                ArgumentCursor& value) override;
};

/// RETURN (SUBSCRIBED): \Subscribed where it holds.
class SubscribedReturn final : public ListReturn {
public:
    Result<std::unique_ptr<ListDecorator>> prepare(ListPlan& plan, const Parameter& parameter,
                                                   ArgumentCursor& value) override;
};

/// LIST (REMOTE): mailboxes of other servers too. There are none, so it selects nothing and refuses nothing.
class RemoteSelection final : public ListSelection {
public:
    Result<std::unique_ptr<ListFilter>> prepare(ListPlan& plan, const Parameter& parameter,
                                                ArgumentCursor& value) override;
};

/// Extended LIST responses say \NonExistent, which implies \Noselect, of names that are no mailboxes (section 3).
class NonExistentAttribute final : public MailboxAttributes {
public:
    void contribute(ListPlan& plan, ListEntry& entry) const override;
};

}  // namespace postern::imap
