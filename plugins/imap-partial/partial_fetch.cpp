#include "partial_fetch.hpp"

#include <algorithm>

#include "page.hpp"

namespace postern::imap {

namespace {

constexpr std::string_view modifier_name = "PARTIAL";

class PartialStage final : public FetchStage {
public:
    explicit PartialStage(Page page) : page_(page) {}
    std::string_view name() const override { return modifier_name; }

    /// Brings itself to the front, so that it narrows first whatever the client's order: "changed since" drops messages of
    /// the page, it does not fill it up with later ones.
    Result<void> check(FetchPlan& plan) override {
        const auto is_partial = [](const auto& stage) { return stage->name() == modifier_name; };
        if (std::ranges::count_if(plan.stages, is_partial) > 1)
            return Error(Errc::protocol_violation, "PARTIAL can be given once");
        const auto self = std::ranges::find_if(plan.stages, is_partial);
        // Those it passes have been checked already.
        std::rotate(plan.stages.begin(), self, self + 1);
        return {};
    }

    Result<void> narrow(FetchPlan& plan) override {
        const auto [begin, end] = page_.of(plan.slots.size());
        plan.slots.resize(end);
        plan.slots.erase(plan.slots.begin(), plan.slots.begin() + static_cast<std::ptrdiff_t>(begin));
        return {};
    }

private:
    Page page_;
};

}  // namespace

Result<std::unique_ptr<FetchStage>> PartialModifier::prepare(FetchPlan& /*plan*/, const Parameter& parameter,
                                                             ArgumentCursor& value) {
    if (!parameter.has_value) return value.expected("a range after PARTIAL");
    auto page = Page::parse(value);
    if (!page) return page.error();
    return std::unique_ptr<FetchStage>(std::make_unique<PartialStage>(*page));
}

}  // namespace postern::imap
