#include "kernel/mail/slot_bitmap.hpp"

#include <algorithm>
#include <bit>

namespace postern::mail {

void SlotBitmap::append(std::size_t n) {
    if (n == 0) return;
    const std::size_t first_block = size_ / (64 * words_in_block);
    const std::size_t end = size_ + n;
    words_.resize((end + 63) / 64);
    for (std::size_t slot = size_; slot < end;) {
        const std::size_t bit = slot % 64;
        const std::size_t take = std::min<std::size_t>(64 - bit, end - slot);
        const std::uint64_t ones = take == 64 ? ~std::uint64_t{0} : ((std::uint64_t{1} << take) - 1);
        words_[slot / 64] |= ones << bit;
        slot += take;
    }
    size_ = end;
    recount(first_block);
}

void SlotBitmap::clear(std::span<const Slot> slots) {
    if (slots.empty()) return;
    for (const Slot slot : slots) {
        if (slot < size_) words_[slot / 64] &= ~(std::uint64_t{1} << (slot % 64));
    }
    recount(slots.front() / (64 * words_in_block));
}

void SlotBitmap::reset() {
    words_.clear();
    before_.clear();
    size_ = 0;
    count_ = 0;
}

void SlotBitmap::recount(std::size_t from_block) {
    const std::size_t blocks = (words_.size() + words_in_block - 1) / words_in_block;
    // The block may be new; the one before it is not, so that what stands before that is known.
    if (from_block > 0) --from_block;
    before_.resize(blocks);
    if (from_block >= blocks) return;
    std::uint32_t total = from_block == 0 ? 0 : before_[from_block];
    for (std::size_t block = from_block; block < blocks; ++block) {
        before_[block] = total;
        const std::size_t last = std::min(words_.size(), (block + 1) * words_in_block);
        for (std::size_t word = block * words_in_block; word < last; ++word) {
            total += static_cast<std::uint32_t>(std::popcount(words_[word]));
        }
    }
    count_ = total;
}

std::uint32_t SlotBitmap::rank(Slot slot) const {
    if (slot >= size_) return count_;
    const std::size_t word = slot / 64;
    const std::size_t block = word / words_in_block;
    std::uint32_t total = before_[block];
    for (std::size_t i = block * words_in_block; i < word; ++i) {
        total += static_cast<std::uint32_t>(std::popcount(words_[i]));
    }
    const std::uint64_t below = (std::uint64_t{1} << (slot % 64)) - 1;
    return total + static_cast<std::uint32_t>(std::popcount(words_[word] & below));
}

Slot SlotBitmap::select(std::uint32_t rank) const {
    if (rank >= count_) return no_slot;
    const auto after = std::upper_bound(before_.begin(), before_.end(), rank);
    const auto block = static_cast<std::size_t>(after - before_.begin()) - 1;
    std::uint32_t left = rank - before_[block];
    std::size_t word = block * words_in_block;
    for (;; ++word) {
        const auto ones = static_cast<std::uint32_t>(std::popcount(words_[word]));
        if (left < ones) break;
        left -= ones;
    }
    std::uint64_t bits = words_[word];
    for (; left > 0; --left) bits &= bits - 1;
    return static_cast<Slot>(word * 64 + static_cast<std::size_t>(std::countr_zero(bits)));
}

Slot SlotBitmap::next(Slot slot) const {
    if (slot >= size_) return no_slot;
    std::size_t word = slot / 64;
    std::uint64_t bits = words_[word] & (~std::uint64_t{0} << (slot % 64));
    while (bits == 0) {
        if (++word == words_.size()) return no_slot;
        bits = words_[word];
    }
    return static_cast<Slot>(word * 64 + static_cast<std::size_t>(std::countr_zero(bits)));
}

}  // namespace postern::mail
