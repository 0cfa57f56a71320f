#include "metadata_return.hpp"

#include <algorithm>
#include <map>
#include <unordered_set>

#include "postern/imap/ext/session.hpp"
#include "postern/imap/metadata_entry.hpp"

namespace postern::imap {

namespace {

constexpr std::size_t max_names = 100;

class MetadataDecorator final : public ListDecorator {
public:
    explicit MetadataDecorator(std::vector<std::string> entries) : entries_(std::move(entries)) {}
    std::string_view name() const override { return "METADATA"; }

    Task<Result<void>> load(Session* session, const std::vector<ListEntry>* listed) override {
        if (entries_.empty() || listed->empty()) co_return Result<void>();
        std::string prefix = common_prefix(entries_);
        auto stored = co_await session->account()->read_attributes(std::nullopt, std::move(prefix));
        // "MAY drop the METADATA responses": the names are answered in any case.
        if (!stored) {
            session->log().warning("no METADATA responses with LIST", {{"error", stored.error().text}});
            entries_.clear();
            co_return Result<void>();
        }
        for (store::Attribute& attribute : *stored) {
            if (std::ranges::count(entries_, attribute.entry) == 0) continue;
            values_[{attribute.mailbox, std::move(attribute.entry)}] = std::move(attribute.value);
        }
        co_return Result<void>();
    }

    /// Adds no attribute, but sees plan and entry together: what is told for its children's sake only has no METADATA
    /// response.
    void contribute(ListPlan& plan, ListEntry& entry) const override {
        const auto accepts = [&](const auto& filter) { return filter->accepts(plan, entry); };
        if (!std::ranges::all_of(plan.filters, accepts)) unmatched_.insert(entry.name);
    }

    Task<Result<void>> after(Session* session, const ListEntry* entry) override {
        const mail::MailboxInfo* info =
            entry->exists ? session->account()->find_mailbox(entry->mailbox) : nullptr;
        if (entries_.empty() || info == nullptr || unmatched_.contains(entry->name)) co_return Result<void>();
        ResponseWriter out = session->writer();
        out.untagged().atom("METADATA").mailbox(entry->name).open();
        for (const std::string& name : entries_) {
            const auto found = values_.find({entry->mailbox, name});
            std::optional<std::string> value;
            if (found != values_.end()) value = found->second;
            if (name == special_use_entry && !value) value = special_use_value(*info);
            write_metadata_value(out, name, value);
        }
        out.close().end_line();
        co_return Result<void>();
    }

private:
    std::vector<std::string> entries_;
    std::map<std::pair<MailboxId, std::string>, std::string> values_;
    mutable std::unordered_set<std::string> unmatched_;
};

}  // namespace

Result<std::unique_ptr<ListDecorator>> MetadataReturn::prepare(ListPlan& plan, const Parameter& parameter,
                                                               ArgumentCursor& value) {
    if (!parameter.has_value || !parameter.value.is_list()) return value.expected("a list of entries");
    auto entries = parse_metadata_entries(value, max_names);
    if (!entries) return entries.error();
    auto end = value.end();
    if (!end) return end.error();
    // Said twice, it counts once (RFC 5258 section 3).
    if (plan.decorates("METADATA")) entries->clear();
    return std::unique_ptr<ListDecorator>(std::make_unique<MetadataDecorator>(std::move(*entries)));
}

}  // namespace postern::imap
