// LIST-MYRIGHTS (RFC 8440): what one may do with each mailbox, in one round trip.
#include <algorithm>
#include <unordered_set>

#include "postern/imap/ext/access.hpp"
#include "postern/imap/ext/capability.hpp"
#include "postern/imap/ext/list_option.hpp"
#include "postern/imap/ext/session.hpp"
#include "postern/plugin/plugin.hpp"

namespace postern::imap {
namespace {

class MyRightsDecorator final : public ListDecorator {
public:
    explicit MyRightsDecorator(const MailboxAccess& access) : access_(access) {}
    std::string_view name() const override { return "MYRIGHTS"; }

    /// Adds no attribute, but sees plan and entry together: what is told for its children's sake only has no MYRIGHTS
    /// response (section 4).
    void contribute(ListPlan& plan, ListEntry& entry) const override {
        const auto accepts = [&](const auto& filter) { return filter->accepts(plan, entry); };
        if (!std::ranges::all_of(plan.filters, accepts)) unmatched_.insert(entry.name);
    }

    Task<Result<void>> after(Session* session, const ListEntry* entry) override {
        const mail::MailboxInfo* info =
            entry->exists ? session->account()->find_mailbox(entry->mailbox) : nullptr;
        if (info == nullptr || unmatched_.contains(entry->name)) co_return Result<void>();
        const std::string rights = access_.rights_text(*session, *info);
        session->writer().untagged().atom("MYRIGHTS").mailbox(entry->name).astring(rights).end_line();
        co_return Result<void>();
    }

private:
    const MailboxAccess& access_;
    mutable std::unordered_set<std::string> unmatched_;
};

/// Said twice, it counts once (RFC 5258 section 3).
class NothingMore final : public ListDecorator {
public:
    std::string_view name() const override { return "MYRIGHTS"; }
};

class MyRightsReturn final : public ListReturn {
public:
    void set_access(const MailboxAccess* access) { access_ = access; }
    Result<std::unique_ptr<ListDecorator>> prepare(ListPlan& plan, const Parameter& parameter,
                                                   ArgumentCursor& value) override {
        if (parameter.has_value) return value.error("MYRIGHTS takes no value");
        if (plan.decorates("MYRIGHTS"))
            return std::unique_ptr<ListDecorator>(std::make_unique<NothingMore>());
        return std::unique_ptr<ListDecorator>(std::make_unique<MyRightsDecorator>(*access_));
    }

private:
    const MailboxAccess* access_ = nullptr;
};

class ListMyRightsPlugin final : public Plugin {
public:
    explicit ListMyRightsPlugin(Host& /*host*/) {}

    Result<void> declare(Registrar& registrar) override {
        registrar.add<ListReturn>("MYRIGHTS", my_rights_);
        registrar.add<Capability>("LIST-MYRIGHTS", capability_);
        return {};
    }
    Result<void> resolve(const Lookup& lookup) override {
        const auto* access = lookup.find<MailboxAccess>();
        if (access == nullptr) return Error(Errc::invalid, "nobody knows of rights");
        my_rights_.set_access(access);
        return {};
    }

private:
    MyRightsReturn my_rights_;
    StaticCapability capability_{{"LIST-MYRIGHTS"}, Phase::after_sign_in};
};

constexpr postern_interface dependencies[] = {{"imap", 0, 0, postern_requires},
                                              {"imap-list-extended", 0, 0, postern_requires},
                                              {"imap-acl", 0, 0, postern_requires},
                                              {}};

}  // namespace
}  // namespace postern::imap

POSTERN_PLUGIN(postern::imap::ListMyRightsPlugin, {.id = "imap-list-myrights",
                                                   .summary = "IMAP LIST-MYRIGHTS (RFC 8440)",
                                                   .dependencies = postern::imap::dependencies});
