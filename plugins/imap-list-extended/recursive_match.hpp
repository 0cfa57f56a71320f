#pragma once
#include <memory>

#include "postern/imap/ext/list_option.hpp"

namespace postern::imap {

/// LIST (RECURSIVEMATCH ...): parents of what the other options select are told too, with CHILDINFO (RFC 5258 sections
/// 3.1 and 3.5). A parent that is not selected itself is left out if every such descendant is told anyway.
class RecursiveMatchSelection final : public ListSelection {
public:
    Result<std::unique_ptr<ListFilter>> prepare(ListPlan& plan, const Parameter& parameter,
                                                ArgumentCursor& value) override;
};

}  // namespace postern::imap
