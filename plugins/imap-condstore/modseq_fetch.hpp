#pragma once
#include "condstore_mode.hpp"
#include "postern/imap/ext/fetch_item.hpp"

namespace postern::imap {

/// FETCH 1:3 (MODSEQ): "MODSEQ (624140003)" (RFC 7162 section 3.1.4.2).
class ModseqItem final : public FetchItemHandler {
public:
    explicit ModseqItem(CondstoreMode& mode) : mode_(mode) {}
    Result<std::unique_ptr<FetchEmitter>> prepare(Session& session, const FetchItem& item,
                                                  ArgumentCursor& args) override;

private:
    CondstoreMode& mode_;
};

/// FETCH 1:* (FLAGS) (CHANGEDSINCE 12345): only messages changed later; implies MODSEQ (section 3.1.4.1).
class ChangedSinceModifier final : public FetchModifier {
public:
    explicit ChangedSinceModifier(CondstoreMode& mode) : mode_(mode) {}
    Result<std::unique_ptr<FetchStage>> prepare(FetchPlan& plan, const Parameter& parameter,
                                                ArgumentCursor& value) override;

private:
    CondstoreMode& mode_;
};

}  // namespace postern::imap
