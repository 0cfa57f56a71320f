#include "unchanged_since.hpp"

namespace postern::imap {

Result<void> UnchangedSinceModifier::apply(StorePlan& plan, const Parameter& parameter,
                                           ArgumentCursor& value) {
    if (!parameter.has_value) return value.expected("a mod-sequence after UNCHANGEDSINCE");
    auto since = value.number64();
    if (!since) return since.error();
    if (auto end = value.end(); !end) return end.error();
    mode_.enable(plan.session);
    plan.request.unchanged_since = *since;
    // Their present flags spare the client a FETCH (section 3.1.3, example 6).
    plan.tell_refused = true;
    return {};
}

}  // namespace postern::imap
