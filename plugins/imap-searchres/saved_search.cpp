#include "saved_search.hpp"

#include <algorithm>

#include "postern/imap/ext/session.hpp"

namespace postern::imap {

namespace {

constexpr std::string_view option_name = "SAVE";

struct SavedSearch {
    UidSet uids;
};
constexpr SlotKey<SavedSearch> saved_search{"saved search"};

/// Options that tell of some messages only, which are then the ones kept.
bool is_narrow(const SearchReturn& option) {
    return option.name() == "MIN" || option.name() == "MAX" || option.name() == "PARTIAL";
}

class Save final : public SearchReturn {
public:
    std::string_view name() const override { return option_name; }
    Extent extent() const override { return extent_; }

    /// The search may stop early if what it finds then is all that is to be kept.
    Result<void> check(SearchPlan& plan) override {
        const SearchReturn* other = nullptr;
        bool same = true;
        for (const auto& option : plan.returns) {
            if (option->name() == option_name) continue;
            same = same && (other == nullptr || other->extent() == option->extent());
            other = option.get();
        }
        if (other != nullptr && same) extent_ = other->extent();
        return {};
    }
    Result<void> finish(SearchPlan& /*plan*/, SearchReply& /*reply*/) override { return {}; }
    void failed(SearchPlan& plan) override { plan.session.selected()->slots.drop(saved_search); }

private:
    Extent extent_ = Extent::all;
};

bool is_save(const std::unique_ptr<SearchReturn>& option) {
    return option->name() == option_name;
}

}  // namespace

Result<std::unique_ptr<SearchReturn>> SaveOption::prepare(SearchPlan& plan, const Parameter& parameter,
                                                          ArgumentCursor& value) {
    if (parameter.has_value) return value.error("SAVE takes no value");
    if (plan.session.selected() == nullptr) return value.error("SAVE needs a selected mailbox");
    return std::unique_ptr<SearchReturn>(std::make_unique<Save>());
}

void SaveDecorator::decorate(SearchPlan& plan, SearchReply& reply) {
    if (std::ranges::none_of(plan.returns, is_save)) return;
    const bool alone = std::ranges::all_of(plan.returns, is_save);
    const bool narrow = std::ranges::any_of(plan.returns, [](const auto& o) { return is_narrow(*o); });
    const std::vector<mail::Slot>& kept = narrow && !reply.names_all ? reply.named : plan.result;
    plan.session.selected()->slots.get(saved_search).uids = plan.session.numbers_of(kept, true);
    if (alone) reply.suppressed = true;
}

UidSet SavedSet::uids(Session& session) {
    SelectedMailbox& selected = *session.selected();
    const SavedSearch* saved = selected.slots.find(saved_search);
    if (saved == nullptr) return {};
    UidSet present;
    const mail::View& view = *selected.view;
    const mail::Columns columns = selected.mailbox->columns();
    for (const NumberRange& range : saved->uids.ranges()) {
        mail::Slot slot = view.lower_bound(range.first);
        for (; slot != mail::no_slot && columns.uid[slot] <= range.last; slot = view.next(slot))
            present.add(columns.uid[slot]);
    }
    return present;
}

}  // namespace postern::imap
