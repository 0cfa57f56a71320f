#include "vanished_modifier.hpp"

#include "postern/imap/ext/changed_since.hpp"
#include "vanished.hpp"

namespace postern::imap {

namespace {

class VanishedStage final : public FetchStage {
public:
    std::string_view name() const override { return "VANISHED"; }

    Result<void> check(FetchPlan& plan) override {
        if (ChangedSinceStage::find(plan) != nullptr) return {};
        return Error(Errc::protocol_violation, "VANISHED goes with CHANGEDSINCE");
    }

    void before(FetchPlan& plan, ResponseWriter& out) override {
        const Modseq since = ChangedSinceStage::find(plan)->since();
        write_vanished_earlier(out, vanished_since(plan.session, since, plan.requested));
    }
};

}  // namespace

Result<std::unique_ptr<FetchStage>> VanishedModifier::prepare(FetchPlan& plan, const Parameter& parameter,
                                                              ArgumentCursor& value) {
    if (parameter.has_value) return value.error("VANISHED takes no value");
    if (!plan.uid) return Error(Errc::protocol_violation, "VANISHED is for UID FETCH");
    if (!plan.session.is_on(mode_)) return Error(Errc::protocol_violation, "ENABLE QRESYNC comes first");
    return std::unique_ptr<FetchStage>(std::make_unique<VanishedStage>());
}

}  // namespace postern::imap
