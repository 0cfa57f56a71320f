#include "kernel/mail/flag_ring.hpp"

namespace postern::mail {

void FlagRing::push(std::vector<SlotRun> runs, std::uint64_t silent_view) {
    runs_ += runs.size();
    entries_.push_back({std::move(runs), silent_view});
    ++next_;
    while (runs_ > max_runs) drop_oldest();
}

void FlagRing::drop_oldest() {
    runs_ -= entries_.front().runs.size();
    entries_.pop_front();
}

void FlagRing::drop_before(std::uint64_t position) {
    while (!entries_.empty() && next_ - entries_.size() < position) drop_oldest();
}

void FlagRing::renumber(const SlotBitmap& kept) {
    runs_ = 0;
    for (Entry& entry : entries_) {
        std::vector<SlotRun> runs;
        for (const SlotRun& run : entry.runs) {
            const Slot first = kept.rank(run.first);
            const Slot end = kept.rank(run.last + 1);
            if (first < end) runs.push_back({first, end - 1});
        }
        entry.runs = std::move(runs);
        runs_ += entry.runs.size();
    }
}

std::size_t FlagRing::first_unread(std::uint64_t position) const {
    const std::uint64_t oldest = next_ - entries_.size();
    return position > oldest ? static_cast<std::size_t>(position - oldest) : 0;
}

bool FlagRing::concerns(std::uint64_t position, std::uint64_t view, Slot end) const {
    if (!reaches(position)) return true;
    for (std::size_t i = first_unread(position); i < entries_.size(); ++i) {
        if (entries_[i].silent_view == view) continue;
        for (const SlotRun& run : entries_[i].runs) {
            if (run.first < end) return true;
        }
    }
    return false;
}

std::vector<Slot> FlagRing::collect(std::uint64_t position, std::uint64_t view, Slot end) const {
    std::vector<SlotRun> runs;
    for (std::size_t i = first_unread(position); i < entries_.size(); ++i) {
        if (entries_[i].silent_view == view) continue;
        runs.insert(runs.end(), entries_[i].runs.begin(), entries_[i].runs.end());
    }
    const auto before = [](const SlotRun& a, const SlotRun& b) { return a.first < b.first; };
    if (!std::is_sorted(runs.begin(), runs.end(), before)) std::sort(runs.begin(), runs.end(), before);
    std::vector<Slot> slots;
    Slot next = 0;  // what lies below is there already
    for (const SlotRun& run : runs) {
        for (Slot slot = std::max(run.first, next); slot <= run.last && slot < end; ++slot)
            slots.push_back(slot);
        next = std::max(next, run.last + 1);
    }
    return slots;
}

}  // namespace postern::mail
