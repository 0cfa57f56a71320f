#include "status_return.hpp"

#include <algorithm>
#include <string>
#include <unordered_set>
#include <vector>

#include "postern/imap/ext/engine.hpp"
#include "postern/imap/ext/session.hpp"

namespace postern::imap {

namespace {

class StatusDecorator final : public ListDecorator {
public:
    explicit StatusDecorator(std::vector<std::string> items) : items_(std::move(items)) {}
    std::string_view name() const override { return "STATUS"; }

    /// Adds no attribute, but sees plan and entry together: a parent told for its children's sake only gets no STATUS
    /// response (RFC 5819 section 3).
    void contribute(ListPlan& plan, ListEntry& entry) const override {
        const auto accepts = [&](const auto& filter) { return filter->accepts(plan, entry); };
        if (!std::ranges::all_of(plan.filters, accepts)) unmatched_.insert(entry.name);
    }

    Task<Result<void>> after(Session* session, const ListEntry* entry) override {
        if (items_.empty() || !can_be_selected(*entry)) co_return Result<void>();
        std::string mailbox = entry->name;
        std::vector<std::string> items = items_;
        auto written = co_await session->engine().write_status(session, std::move(mailbox), std::move(items));
        // "MAY drop the corresponding STATUS reply": the mailbox is gone, or cannot be opened now.
        if (!written) {
            session->log().debug("no STATUS response with LIST", {{"error", written.error().text}});
        }
        co_return Result<void>();
    }

private:
    bool can_be_selected(const ListEntry& entry) const {
        const auto bars = [](const std::string& attribute) {
            return equals_ignore_case(attribute, "\\Noselect") ||
                   equals_ignore_case(attribute, "\\NonExistent");
        };
        return entry.exists && !unmatched_.contains(entry.name) &&
               std::ranges::none_of(entry.attributes, bars);
    }

    std::vector<std::string> items_;
    mutable std::unordered_set<std::string> unmatched_;
};

}  // namespace

Result<std::unique_ptr<ListDecorator>> StatusReturn::prepare(ListPlan& plan, const Parameter& parameter,
                                                             ArgumentCursor& value) {
    if (!parameter.has_value || !parameter.value.is_list() || parameter.value.items.empty())
        return value.expected("a list of STATUS items");
    std::vector<std::string> items;
    for (const Value& item : parameter.value.items) {
        if (item.kind != Value::Kind::atom) return value.expected("a STATUS item");
        std::string name = to_upper(item.text);
        if (plan.session.engine().find_status_item(name) == nullptr)
            return Error(Errc::protocol_violation, "Unknown STATUS item " + name);
        if (std::ranges::count(items, name) == 0) items.push_back(std::move(name));
    }
    // Said twice, it counts once (RFC 5258 section 3).
    if (plan.decorates("STATUS")) items.clear();
    return std::unique_ptr<ListDecorator>(std::make_unique<StatusDecorator>(std::move(items)));
}

}  // namespace postern::imap
