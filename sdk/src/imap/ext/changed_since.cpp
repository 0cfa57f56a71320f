#include "postern/imap/ext/changed_since.hpp"

namespace postern::imap {

ChangedSinceStage* ChangedSinceStage::find(const FetchPlan& plan) {
    for (const auto& stage : plan.stages) {
        // The name is reserved for this class, so the cast needs no type information of another library.
        if (stage->name() == stage_name) return static_cast<ChangedSinceStage*>(stage.get());
    }
    return nullptr;
}

}  // namespace postern::imap
