#pragma once
#include <memory>

#include "postern/imap/ext/list_option.hpp"

namespace postern::imap {

/// LIST "" % RETURN (STATUS (MESSAGES UNSEEN)): a STATUS response after the LIST response of each mailbox that can be
/// selected and that the selection options match (RFC 5819 section 2). The counters of all mailboxes are in memory while
/// an account is open, so nothing is loaded; items that need open mailboxes (RECENT) open those that are not empty.
class StatusReturn final : public ListReturn {
public:
    Result<std::unique_ptr<ListDecorator>> prepare(ListPlan& plan, const Parameter& parameter,
                                                   ArgumentCursor& value) override;
};

}  // namespace postern::imap
