#include "recursive_match.hpp"

#include <algorithm>
#include <string>
#include <unordered_set>

#include "postern/mail/types.hpp"

namespace postern::imap {

namespace {

constexpr std::string_view option_name = "RECURSIVEMATCH";

/// Options that do not select by themselves.
bool is_criterion(const ListFilter& filter) {
    return filter.name() != option_name && filter.name() != "REMOTE";
}

using Names = std::unordered_set<std::string>;

/// Tells CHILDINFO of the names found by the filter.
class ChildInfo final : public ListDecorator {
public:
    explicit ChildInfo(std::shared_ptr<const Names> parents) : parents_(std::move(parents)) {}
    std::string_view name() const override { return "CHILDINFO"; }
    bool has_extended(const ListPlan& /*plan*/, const ListEntry& entry) const override {
        return parents_->contains(entry.name);
    }
    void write_extended(ListPlan& plan, const ListEntry& /*entry*/, ResponseWriter& out) const override {
        out.quoted(name()).open();
        for (std::size_t i = 0; i < plan.filters.size(); ++i) {
            const std::string_view option = plan.filters[i]->name();
            const auto is_same = [&](const auto& other) { return other->name() == option; };
            const auto before = plan.filters.begin() + static_cast<std::ptrdiff_t>(i);
            if (is_criterion(*plan.filters[i]) && std::none_of(plan.filters.begin(), before, is_same))
                out.quoted(option);
        }
        out.close();
    }

private:
    std::shared_ptr<const Names> parents_;
};

class RecursiveMatch final : public ListFilter {
public:
    explicit RecursiveMatch(std::shared_ptr<Names> parents) : parents_(std::move(parents)) {}
    std::string_view name() const override { return option_name; }

    Result<void> check(ListPlan& plan) override {
        const auto selects = [](const auto& filter) { return is_criterion(*filter); };
        if (std::ranges::any_of(plan.filters, selects)) return {};
        return Error(Errc::protocol_violation, "RECURSIVEMATCH needs another selection option");
    }

    void adjust(ListPlan& plan, std::vector<ListEntry>& all, std::vector<bool>& chosen) override {
        Names untold;
        for (std::size_t i = 0; i < all.size(); ++i) {
            const auto accepts = [&](const auto& filter) { return filter->accepts(plan, all[i]); };
            if (!std::ranges::all_of(plan.filters, accepts)) continue;
            add_parents(all[i].name, *parents_);
            if (!chosen[i]) add_parents(all[i].name, untold);
        }
        for (std::size_t i = 0; i < all.size(); ++i) {
            if (all[i].matches_pattern && untold.contains(all[i].name)) chosen[i] = true;
        }
    }

private:
    static void add_parents(const std::string& name, Names& names) {
        for (auto end = name.rfind(mail::hierarchy_delimiter); end != std::string::npos && end > 0;
             end = name.rfind(mail::hierarchy_delimiter, end - 1)) {
            // Whose name is there, its parents are, too.
            if (!names.insert(name.substr(0, end)).second) return;
        }
    }

    std::shared_ptr<Names> parents_;
};

}  // namespace

Result<std::unique_ptr<ListFilter>> RecursiveMatchSelection::prepare(ListPlan& plan,
                                                                     const Parameter& parameter,
                                                                     ArgumentCursor& value) {
    if (parameter.has_value) return value.error("RECURSIVEMATCH takes no value");
    auto parents = std::make_shared<Names>();
    if (!plan.filters_by(option_name)) plan.decorators.push_back(std::make_unique<ChildInfo>(parents));
    return std::unique_ptr<ListFilter>(std::make_unique<RecursiveMatch>(std::move(parents)));
}

}  // namespace postern::imap
