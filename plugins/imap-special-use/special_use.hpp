#pragma once
// SPECIAL-USE and CREATE-SPECIAL-USE (RFC 6154).
#include <optional>
#include <string>
#include <string_view>

#include "postern/imap/ext/list_option.hpp"
#include "postern/imap/ext/select_parameter.hpp"

namespace postern::imap {

/// "\Sent" in its usual spelling; nullopt for what is no use a client may give a mailbox. \All and \Flagged stand for
/// collections of messages of other mailboxes, which Postern does not have.
std::optional<std::string> special_use_name(std::string_view use);

/// Tells the uses of each mailbox, in every LIST response.
class SpecialUseAttributes final : public MailboxAttributes {
public:
    void contribute(ListPlan& plan, ListEntry& entry) const override;
};

/// LIST (SPECIAL-USE): only mailboxes with a use.
class SpecialUseSelection final : public ListSelection {
public:
    Result<std::unique_ptr<ListFilter>> prepare(ListPlan& plan, const Parameter& parameter,
                                                ArgumentCursor& value) override;
};

/// LIST ... RETURN (SPECIAL-USE): accepted; the attributes are there anyway.
class SpecialUseReturn final : public ListReturn {
public:
    Result<std::unique_ptr<ListDecorator>> prepare(ListPlan& plan, const Parameter& parameter,
                                                   ArgumentCursor& value) override;
};

/// CREATE name (USE (\Drafts \Sent)). A use that another mailbox has is refused (USEATTR).
class UseParameter final : public CreateParameter {
public:
    Result<void> apply(CreatePlan& plan, const Parameter& parameter, ArgumentCursor& value) override;
};

}  // namespace postern::imap
