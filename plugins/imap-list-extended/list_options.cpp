#include "list_options.hpp"

#include <algorithm>

namespace postern::imap {

namespace {

class SubscribedFilter final : public ListFilter {
public:
    std::string_view name() const override { return "SUBSCRIBED"; }
    bool accepts(ListPlan& /*plan*/, const ListEntry& entry) const override { return entry.subscribed; }
};

class RemoteFilter final : public ListFilter {
public:
    std::string_view name() const override { return "REMOTE"; }
};

class SubscribedDecorator final : public ListDecorator {
public:
    std::string_view name() const override { return "SUBSCRIBED"; }
    void contribute(ListPlan& /*plan*/, ListEntry& entry) const override {
        constexpr std::string_view subscribed = "\\Subscribed";
        // A client may say the option twice, and as selection and as return option.
        if (!entry.subscribed || std::ranges::count(entry.attributes, subscribed) > 0) return;
        entry.attributes.emplace_back(subscribed);
    }
};

}  // namespace

Result<std::unique_ptr<ListFilter>> SubscribedSelection::prepare(ListPlan& plan, const Parameter& parameter,
                                                                 ArgumentCursor& value) {
    if (parameter.has_value) return value.error("SUBSCRIBED takes no value");
    plan.with_subscriptions = true;
    plan.decorators.push_back(std::make_unique<SubscribedDecorator>());
    return std::unique_ptr<ListFilter>(std::make_unique<SubscribedFilter>());
}

Result<std::unique_ptr<ListDecorator>> SubscribedReturn::prepare(ListPlan& /*plan*/,
                                                                 const Parameter& parameter,
                                                                 ArgumentCursor& value) {
    if (parameter.has_value) return value.error("SUBSCRIBED takes no value");
    return std::unique_ptr<ListDecorator>(std::make_unique<SubscribedDecorator>());
}

Result<std::unique_ptr<ListFilter>> RemoteSelection::prepare(ListPlan& /*plan*/, const Parameter& parameter,
                                                             ArgumentCursor& value) {
    if (parameter.has_value) return value.error("REMOTE takes no value");
    return std::unique_ptr<ListFilter>(std::make_unique<RemoteFilter>());
}

void NonExistentAttribute::contribute(ListPlan& plan, ListEntry& entry) const {
    if (!plan.extended || entry.exists) return;
    std::erase(entry.attributes, "\\Noselect");
    entry.attributes.emplace_back("\\NonExistent");
}

}  // namespace postern::imap
