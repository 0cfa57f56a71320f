#pragma once
// Recent flag changes of an open mailbox, so that a view learns which messages to tell of without comparing all.
#include <deque>
#include <span>
#include <vector>

#include "kernel/mail/mailbox_state.hpp"

namespace postern::mail {

/// Bounded. Each entry has a position; a view remembers the position it has read to.
class FlagRing {
public:
    static constexpr std::size_t max_runs = 65536;

    /// Position of the next entry to come.
    std::uint64_t end() const { return next_; }
    /// True if every entry from `position` on is still here.
    bool reaches(std::uint64_t position) const { return position + entries_.size() >= next_; }

    /// `silent_view`: the view that asked not to be told, 0 if none.
    void push(std::vector<SlotRun> runs, std::uint64_t silent_view);
    /// Forgets entries before `position`: everybody has read them.
    void drop_before(std::uint64_t position);

    /// Slot s has become kept.rank(s); those that are not kept are gone.
    void renumber(const SlotBitmap& kept);

    /// Whether some entry from `position` on tells `view` of a slot below `end`.
    bool concerns(std::uint64_t position, std::uint64_t view, Slot end) const;
    /// The slots below `end` that entries from `position` on tell `view` of; ascending, each once.
    std::vector<Slot> collect(std::uint64_t position, std::uint64_t view, Slot end) const;

private:
    struct Entry {
        std::vector<SlotRun> runs;
        std::uint64_t silent_view;
    };
    std::size_t first_unread(std::uint64_t position) const;
    void drop_oldest();

    std::deque<Entry> entries_;
    std::uint64_t next_ = 1;
    std::size_t runs_ = 0;
};

}  // namespace postern::mail
