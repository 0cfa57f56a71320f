#pragma once
// The set of living slots of a mailbox, with rank and select: message numbers are ranks (concurrency.md 5.4).
#include <cstdint>
#include <span>
#include <vector>

#include "postern/mail/types.hpp"

namespace postern::mail {

/// One bit a slot, and the count of bits before each block of 512. Rank takes a handful of popcounts; select a binary
/// search over the blocks. 100,000 messages cost 13 KB.
class SlotBitmap {
public:
    std::size_t size() const { return size_; }
    std::uint32_t count() const { return count_; }
    std::span<const std::uint64_t> words() const { return words_; }
    bool test(Slot slot) const { return slot < size_ && ((words_[slot / 64] >> (slot % 64)) & 1U) != 0; }

    /// Appends `n` living slots.
    void append(std::size_t n);
    /// Clears these; slots that are dead already are ignored. `slots` ascend.
    void clear(std::span<const Slot> slots);
    void reset();

    /// Living slots below `slot`.
    std::uint32_t rank(Slot slot) const;
    /// The living slot with `rank` living ones below it; no_slot if there are not so many.
    Slot select(std::uint32_t rank) const;
    /// The first living slot >= `slot`, or no_slot.
    Slot next(Slot slot) const;

private:
    static constexpr std::size_t words_in_block = 8;
    void recount(std::size_t from_block);

    std::vector<std::uint64_t> words_;
    std::vector<std::uint32_t> before_;  // living slots before each block
    std::size_t size_ = 0;
    std::uint32_t count_ = 0;
};

}  // namespace postern::mail
