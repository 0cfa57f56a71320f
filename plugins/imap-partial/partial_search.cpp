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
        const std::string told = slots.empty() ? "NIL" : result_set(plan, slots);
        reply.items.emplace_back(option_name, "(" + page_.to_string() + " " + told + ")");
        return {};
    }

private:
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
