#pragma once
#include <memory>

#include "postern/imap/ext/list_option.hpp"

namespace postern::imap {

/// LIST "" % RETURN (METADATA (/shared/comment)): a METADATA response after the LIST response of each mailbox that the
/// selection options match (RFC 9590). The entries of all mailboxes come in one store call.
class MetadataReturn final : public ListReturn {
public:
    Result<std::unique_ptr<ListDecorator>> prepare(ListPlan& plan, const Parameter& parameter,
                                                   ArgumentCursor& value) override;
};

}  // namespace postern::imap
