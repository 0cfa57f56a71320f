#pragma once
#include "postern/imap/ext/fetch_item.hpp"
#include "qresync_mode.hpp"

namespace postern::imap {

/// UID FETCH 300:500 (FLAGS) (CHANGEDSINCE 12345 VANISHED): tells first what was expunged (RFC 7162 section 3.2.6).
class VanishedModifier final : public FetchModifier {
public:
    explicit VanishedModifier(QresyncMode& mode) : mode_(mode) {}
    Result<std::unique_ptr<FetchStage>> prepare(FetchPlan& plan, const Parameter& parameter,
                                                ArgumentCursor& value) override;

private:
    QresyncMode& mode_;
};

}  // namespace postern::imap
