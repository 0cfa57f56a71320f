#include "gateway/reconcile.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>
#include <set>

namespace postern::gateway {

namespace {

using Indexes = std::vector<std::size_t>;

/// How an item is recognised as that of a receipt, surest first.
enum class Evidence { header_and_size, header, size, id };

class Grouping {
public:
    Grouping(std::span<const RemoteItem> items, std::span<const store::Receipt> receipts,
             const ItemHeaders& headers)
        : items_(items), receipts_(receipts), headers_(headers) {}

    Reconciliation run() {
        for_each_id([this](auto items, auto receipts) { group(items, receipts); });
        std::sort(out_.known.begin(), out_.known.end(), by_item);
        std::sort(out_.returned.begin(), out_.returned.end(), by_item);
        std::sort(out_.unknown.begin(), out_.unknown.end(),
                  [](const UnknownItem& a, const UnknownItem& b) { return a.item < b.item; });
        return std::move(out_);
    }

    Indexes ambiguous() {
        Indexes out;
        for_each_id([&](auto items, auto receipts) {
            if (!items.empty() && items.size() + receipts.size() > 2) add_ambiguous(items, receipts, out);
        });
        std::sort(out.begin(), out.end());
        return out;
    }

private:
    template <class Function>
    void for_each_id(Function function) {
        const Indexes items = sorted_items();
        const Indexes receipts = sorted_receipts();
        std::size_t i = 0;
        std::size_t r = 0;
        while (i < items.size() || r < receipts.size()) {
            const std::string& id = next_id(items, i, receipts, r);
            const std::size_t item_begin = i;
            const std::size_t receipt_begin = r;
            while (i < items.size() && items_[items[i]].id == id) ++i;
            while (r < receipts.size() && receipts_[receipts[r]].uidl == id) ++r;
            function(std::span(items).subspan(item_begin, i - item_begin),
                     std::span(receipts).subspan(receipt_begin, r - receipt_begin));
        }
    }

    static bool by_item(const Match& a, const Match& b) { return a.item < b.item; }

    Indexes sorted_items() const {
        Indexes out;
        for (std::size_t i = 0; i < items_.size(); ++i) {
            if (!items_[i].id.empty()) out.push_back(i);
        }
        std::sort(out.begin(), out.end(), [this](std::size_t a, std::size_t b) {
            const int order = items_[a].id.compare(items_[b].id);
            return order != 0 ? order < 0 : a < b;
        });
        return out;
    }

    Indexes sorted_receipts() const {
        Indexes out(receipts_.size());
        std::iota(out.begin(), out.end(), 0);
        std::sort(out.begin(), out.end(), [this](std::size_t a, std::size_t b) {
            const int order = receipts_[a].uidl.compare(receipts_[b].uidl);
            return order != 0 ? order < 0 : receipts_[a].occurrence < receipts_[b].occurrence;
        });
        return out;
    }

    const std::string& next_id(const Indexes& items, std::size_t i, const Indexes& receipts,
                               std::size_t r) const {
        if (i == items.size()) return receipts_[receipts[r]].uidl;
        if (r == receipts.size()) return items_[items[i]].id;
        return std::min(items_[items[i]].id, receipts_[receipts[r]].uidl);
    }

    bool same_size(std::size_t item, std::size_t receipt) const {
        const auto& size = items_[item].size;
        return !size || *size == receipts_[receipt].size_listed;
    }

    // Not set: the header of one of them is not known.
    std::optional<bool> same_header(std::size_t item, std::size_t receipt) const {
        const auto header = headers_.find(item);
        const auto& before = receipts_[receipt].header_fingerprint;
        if (header == headers_.end() || header->second.empty() || before.empty()) return std::nullopt;
        return header->second == before;
    }

    bool fits(std::size_t item, std::size_t receipt, Evidence evidence) const {
        const auto header = same_header(item, receipt);
        switch (evidence) {
            case Evidence::header_and_size:
                return header.value_or(false) && same_size(item, receipt);
            case Evidence::header:
                return header.value_or(false);
            case Evidence::size:
                return header.value_or(true) && same_size(item, receipt);
            case Evidence::id:
                return header.value_or(true);
        }
        return false;
    }

    /// What has one id and one size.
    struct Class {
        Indexes items;
        std::size_t active = 0;
        bool all_stored = true;
        bool one_unknown = false;  ///< nobody has seen its header
        std::set<std::string_view> headers;

        // Does it matter which of the receipts an item is?
        bool is_ambiguous() const {
            if (headers.empty() || items.empty()) return false;
            if (items.size() == active && all_stored) return false;
            return items.size() > active || headers.size() > 1 || one_unknown;
        }
    };

    void add_ambiguous(std::span<const std::size_t> items, std::span<const std::size_t> receipts,
                       Indexes& out) const {
        const bool sized = std::all_of(items.begin(), items.end(),
                                       [this](std::size_t i) { return items_[i].size.has_value(); });
        std::map<std::uint64_t, Class> classes;
        for (const std::size_t i : items) classes[sized ? *items_[i].size : 0].items.push_back(i);
        for (const std::size_t r : receipts) {
            const auto& receipt = receipts_[r];
            if (receipt.state == store::ReceiptState::rebound) continue;
            Class& same = classes[sized ? receipt.size_listed : 0];
            if (!receipt.header_fingerprint.empty()) same.headers.insert(receipt.header_fingerprint);
            if ((store::bit(receipt.state) & active_states) == 0) continue;
            ++same.active;
            if (receipt.header_fingerprint.empty()) same.one_unknown = true;
            if (receipt.state != store::ReceiptState::stored) same.all_stored = false;
        }
        for (const auto& [size, same] : classes) {
            if (same.is_ambiguous()) out.insert(out.end(), same.items.begin(), same.items.end());
        }
    }

    // Pairs items with receipts of some states, by one evidence after the other, in order of occurrence.
    void pair(Indexes& items, Indexes& receipts, store::ReceiptStates states, bool twin, bool doubtful_too,
              std::vector<Match>& out) {
        for (const auto evidence :
             {Evidence::header_and_size, Evidence::header, Evidence::size, Evidence::id}) {
            const bool by_header = evidence == Evidence::header_and_size || evidence == Evidence::header;
            if (by_header && headers_.empty()) continue;
            if (evidence == Evidence::id && !doubtful_too) continue;
            for (std::size_t k = 0; k < receipts.size();) {
                const std::size_t receipt = receipts[k];
                const bool wanted = (store::bit(receipts_[receipt].state) & states) != 0;
                const auto item =
                    !wanted ? items.end() : std::find_if(items.begin(), items.end(), [&](std::size_t i) {
                        return fits(i, receipt, evidence);
                    });
                if (item == items.end()) {
                    ++k;
                    continue;
                }
                out.push_back({*item, receipt, twin, evidence == Evidence::id});
                items.erase(item);
                receipts.erase(receipts.begin() + static_cast<std::ptrdiff_t>(k));
            }
        }
    }

    void group(std::span<const std::size_t> item_group, std::span<const std::size_t> receipt_group) {
        Indexes items(item_group.begin(), item_group.end());
        Indexes receipts(receipt_group.begin(), receipt_group.end());
        std::uint32_t next_occurrence = 0;
        for (const std::size_t r : receipts) {
            next_occurrence = std::max(next_occurrence, receipts_[r].occurrence + 1);
        }
        // Receipts of a renumbered message live on under its new id: the old ones are history.
        std::erase_if(receipts,
                      [this](std::size_t r) { return receipts_[r].state == store::ReceiptState::rebound; });
        const bool twin = items.size() > 1 || receipts.size() > 1;
        // Of several that fit, what was listed last time rather than what was missing.
        std::stable_partition(receipts.begin(), receipts.end(), [this](std::size_t r) {
            return receipts_[r].state != store::ReceiptState::suspect;
        });
        pair(items, receipts, active_states, twin, true, out_.known);
        pair(items, receipts, tombstone_states, twin, false, out_.returned);
        for (const std::size_t item : items) out_.unknown.push_back({item, next_occurrence++});
        for (const std::size_t r : receipts) {
            if ((store::bit(receipts_[r].state) & active_states) != 0) out_.missing.push_back(r);
        }
    }

    std::span<const RemoteItem> items_;
    std::span<const store::Receipt> receipts_;
    const ItemHeaders& headers_;
    Reconciliation out_;
};

}  // namespace

Reconciliation reconcile(std::span<const RemoteItem> items, std::span<const store::Receipt> receipts,
                         const ItemHeaders& headers) {
    return Grouping(items, receipts, headers).run();
}

std::vector<std::size_t> ambiguous_twins(std::span<const RemoteItem> items,
                                         std::span<const store::Receipt> receipts) {
    return Grouping(items, receipts, ItemHeaders()).ambiguous();
}

bool looks_renumbered(const Reconciliation& r, std::size_t listed) {
    const std::size_t known_before = r.known.size() + r.missing.size();
    return known_before >= 5 && r.known.size() * 10 < known_before && listed * 2 >= known_before;
}

}  // namespace postern::gateway
