#include "return_options.hpp"

#include "postern/imap/ext/session.hpp"

namespace postern::imap {

namespace {

std::string number_of(SearchPlan& plan, mail::Slot slot) {
    const std::array<mail::Slot, 1> one{slot};
    return plan.session.numbers_of(one, plan.uid).to_string();
}

/// One message out of the result; nothing is told if there is none.
class OneMessage final : public SearchReturn {
public:
    OneMessage(std::string_view name, bool lowest) : name_(name), lowest_(lowest) {}
    std::string_view name() const override { return name_; }
    Extent extent() const override { return lowest_ ? Extent::lowest : Extent::highest; }

    Result<void> finish(SearchPlan& plan, SearchReply& reply) override {
        if (plan.result.empty()) return {};
        // The first and the last in the order of the result, whatever it is (RFC 5267 section 3.1).
        const mail::Slot slot = lowest_ ? plan.result.front() : plan.result.back();
        reply.items.emplace_back(name_, number_of(plan, slot));
        reply.named.push_back(slot);
        return {};
    }

private:
    std::string name_;
    bool lowest_;
};

class AllMessages final : public SearchReturn {
public:
    std::string_view name() const override { return "ALL"; }
    Result<void> finish(SearchPlan& plan, SearchReply& reply) override {
        reply.names_all = true;
        if (!plan.result.empty()) reply.items.emplace_back("ALL", result_set(plan, plan.result));
        return {};
    }
};

class CountMessages final : public SearchReturn {
public:
    std::string_view name() const override { return "COUNT"; }
    Result<void> finish(SearchPlan& plan, SearchReply& reply) override {
        reply.names_all = true;
        reply.items.emplace_back("COUNT", std::to_string(plan.result.size()));
        return {};
    }
};

}  // namespace

Result<std::unique_ptr<SearchReturn>> BasicReturnOption::prepare(SearchPlan& /*plan*/,
                                                                 const Parameter& parameter,
                                                                 ArgumentCursor& value) {
    if (parameter.has_value) return value.error(parameter.name + " takes no value");
    std::unique_ptr<SearchReturn> made;
    switch (kind_) {
        case Kind::min:
            made = std::make_unique<OneMessage>("MIN", true);
            break;
        case Kind::max:
            made = std::make_unique<OneMessage>("MAX", false);
            break;
        case Kind::all:
            made = std::make_unique<AllMessages>();
            break;
        case Kind::count:
            made = std::make_unique<CountMessages>();
            break;
    }
    return made;
}

}  // namespace postern::imap
