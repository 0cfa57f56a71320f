#include "special_use.hpp"

#include <array>

#include "postern/imap/ext/session.hpp"

namespace postern::imap {

namespace {

constexpr std::array<std::string_view, 5> known_uses{"\\Archive", "\\Drafts", "\\Junk", "\\Sent", "\\Trash"};

const std::vector<std::string>* uses_of(ListPlan& plan, const ListEntry& entry) {
    const mail::MailboxInfo* info =
        entry.exists ? plan.session.account()->find_mailbox(entry.mailbox) : nullptr;
    return info == nullptr || info->special_use.empty() ? nullptr : &info->special_use;
}

class SpecialUseFilter final : public ListFilter {
public:
    std::string_view name() const override { return "SPECIAL-USE"; }
    bool accepts(ListPlan& plan, const ListEntry& entry) const override {
        return uses_of(plan, entry) != nullptr;
    }
};

class SpecialUseDecorator final : public ListDecorator {
public:
    std::string_view name() const override { return "SPECIAL-USE"; }
};

bool is_taken(const mail::Account& account, const std::string& use) {
    for (const mail::MailboxInfo& info : account.mailboxes()) {
        if (std::find(info.special_use.begin(), info.special_use.end(), use) != info.special_use.end())
            return true;
    }
    return false;
}

}  // namespace

std::optional<std::string> special_use_name(std::string_view use) {
    for (std::string_view known : known_uses) {
        if (equals_ignore_case(known, use)) return std::string(known);
    }
    return std::nullopt;
}

void SpecialUseAttributes::contribute(ListPlan& plan, ListEntry& entry) const {
    const std::vector<std::string>* uses = uses_of(plan, entry);
    if (uses != nullptr) entry.attributes.insert(entry.attributes.end(), uses->begin(), uses->end());
}

Result<std::unique_ptr<ListFilter>> SpecialUseSelection::prepare(ListPlan& /*plan*/,
                                                                 const Parameter& parameter,
                                                                 ArgumentCursor& value) {
    if (parameter.has_value) return value.error("SPECIAL-USE takes no value");
    return std::unique_ptr<ListFilter>(std::make_unique<SpecialUseFilter>());
}

Result<std::unique_ptr<ListDecorator>> SpecialUseReturn::prepare(ListPlan& /*plan*/,
                                                                 const Parameter& parameter,
                                                                 ArgumentCursor& value) {
    if (parameter.has_value) return value.error("SPECIAL-USE takes no value");
    return std::unique_ptr<ListDecorator>(std::make_unique<SpecialUseDecorator>());
}

Result<void> UseParameter::apply(CreatePlan& plan, const Parameter& parameter, ArgumentCursor& value) {
    if (!parameter.has_value || !parameter.value.is_list()) return value.expected("a list of uses");
    for (const Value& item : parameter.value.items) {
        if (item.kind != Value::Kind::atom) return value.expected("a use such as \\Sent");
        auto use = special_use_name(item.text);
        if (!use) return Error(Errc::invalid, "[USEATTR] " + item.text + " is not supported");
        if (is_taken(*plan.session.account(), *use)) {
            return Error(Errc::invalid, "[USEATTR] Another mailbox is used as " + *use);
        }
        plan.options.special_use.push_back(std::move(*use));
    }
    return {};
}

}  // namespace postern::imap
