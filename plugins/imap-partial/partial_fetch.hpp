#pragma once
#include "postern/imap/ext/fetch_item.hpp"

namespace postern::imap {

/// UID FETCH 1:* (FLAGS) (PARTIAL -1:-30): only so many of the messages named, counted by UID (RFC 9394 section 3.4).
/// Other modifiers choose among those.
class PartialModifier final : public FetchModifier {
public:
    Result<std::unique_ptr<FetchStage>> prepare(FetchPlan& plan, const Parameter& parameter,
                                                ArgumentCursor& value) override;
};

}  // namespace postern::imap
