#pragma once
// The search result variable (RFC 5182). Kept as UIDs, so it does not depend on message numbers, and with the selected
// mailbox, so it is empty after SELECT. Commands of a session run one after the other, so "$" of a pipelined command is
// always the result of the search before it (section 2.3).
#include "postern/imap/ext/search_option.hpp"

namespace postern::imap {

/// SEARCH RETURN (SAVE)
class SaveOption final : public SearchReturnOption {
public:
    Result<std::unique_ptr<SearchReturn>> prepare(SearchPlan& plan, const Parameter& parameter,
                                                  ArgumentCursor& value) override;
};

/// Saves once the other return options have said what they tell (section 2.4): with MIN, MAX or a page alone that is what
/// is kept, otherwise everything found.
class SaveDecorator final : public SearchDecorator {
public:
    void decorate(SearchPlan& plan, SearchReply& reply) override;
};

/// "$": what was saved, without messages expunged since.
class SavedSet final : public SetReference {
public:
    UidSet uids(Session& session) override;
};

}  // namespace postern::imap
