#include "kernel/mail/expunge_history.hpp"

#include <algorithm>

namespace postern::mail {

void ExpungeHistory::record(Modseq modseq, std::span<const UidRange> uids, std::size_t living) {
    const std::size_t most = std::max(least_entries, living);
    if (entries_.size() + uids.size() > most && !entries_.empty()) {
        // Half goes at once, and whole changes only: part of one would make the horizon a lie.
        auto keep = entries_.begin() + static_cast<std::ptrdiff_t>(entries_.size() / 2);
        const Modseq last_dropped = (keep - 1)->modseq;
        keep = std::find_if(keep, entries_.end(), [&](const Entry& e) { return e.modseq > last_dropped; });
        horizon_ = last_dropped;
        entries_.erase(entries_.begin(), keep);
        entries_.shrink_to_fit();
    }
    if (uids.size() > most) {
        forget(modseq);
        return;
    }
    for (const UidRange& range : uids) entries_.push_back({modseq, range});
}

std::vector<std::pair<Uid, Uid>> ExpungeHistory::since(Modseq since) const {
    const auto first = std::upper_bound(entries_.begin(), entries_.end(), since,
                                        [](Modseq m, const Entry& e) { return m < e.modseq; });
    std::vector<std::pair<Uid, Uid>> ranges;
    ranges.reserve(static_cast<std::size_t>(entries_.end() - first));
    for (auto entry = first; entry != entries_.end(); ++entry) {
        ranges.emplace_back(entry->uids.first, entry->uids.last);
    }
    std::sort(ranges.begin(), ranges.end());
    std::vector<std::pair<Uid, Uid>> merged;
    for (const auto& range : ranges) {
        if (!merged.empty() && range.first <= merged.back().second + std::uint64_t{1}) {
            merged.back().second = std::max(merged.back().second, range.second);
        } else {
            merged.push_back(range);
        }
    }
    return merged;
}

void ExpungeHistory::restore(Modseq horizon, std::vector<Entry> entries) {
    horizon_ = horizon;
    entries_ = std::move(entries);
}

void ExpungeHistory::forget(Modseq modseq) {
    entries_.clear();
    horizon_ = modseq;
}

}  // namespace postern::mail
