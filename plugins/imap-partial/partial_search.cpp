#include "partial_search.hpp"

#include <algorithm>
#include <span>

#include "page.hpp"
#include "postern/imap/ext/session.hpp"

namespace postern::imap {

namespace {

constexpr std::string_view option_name = "PARTIAL";

class PartialReturn final : public SearchReturn {
public:
    explicit PartialReturn(Page page) : page_(page) {}
    std::string_view name() const override { return option_name; }

    Result<void> check(SearchPlan& plan) override {
        const auto named = [&](std::string_view name) {
            return std::ranges::count_if(plan.returns, [&](const auto& o) { return o->name() == name; });
        };
        if (named(option_name) > 1) return Error(Errc::protocol_violation, "PARTIAL can be given once");
        if (named("ALL") > 0) return Error(Errc::protocol_violation, "PARTIAL and ALL exclude each other");
        return {};
    }

    Result<void> finish(SearchPlan& plan, SearchReply& reply) override {
        const auto [begin, end] = page_.of(plan.result.size());
        const std::span<const mail::Slot> slots(plan.result.data() + begin, end - begin);
        reply.named.insert(reply.named.end(), slots.begin(), slots.end());
        reply.items.emplace_back(option_name, "(" + page_.to_string() + " " + told(plan, slots) + ")");
        return {};
    }

private:
    /// A result with an order of its own keeps it.
    static std::string told(SearchPlan& plan, std::span<const mail::Slot> slots) {
        if (slots.empty()) return "NIL";
        if (!plan.sorted) return plan.session.numbers_of(slots, plan.uid).to_string();
        std::string text;
        for (const mail::Slot& slot : slots) {
            if (!text.empty()) text += ',';
            text += plan.session.numbers_of(std::span(&slot, 1), plan.uid).to_string();
        }
        return text;
    }

    Page page_;
};

}  // namespace

Result<std::unique_ptr<SearchReturn>> PartialOption::prepare(SearchPlan& /*plan*/, const Parameter& parameter,
                                                             ArgumentCursor& value) {
    if (!parameter.has_value) return value.expected("a range after PARTIAL");
    auto page = Page::parse(value);
    if (!page) return page.error();
    return std::unique_ptr<SearchReturn>(std::make_unique<PartialReturn>(*page));
}

}  // namespace postern::imap
