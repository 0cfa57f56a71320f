#pragma once
// A segment of the search index: for a set of messages, which trigrams their texts have. Immutable; a head that is kept
// in memory, and blocks of posting lists that are read when they are asked for.
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/search/trigrams.hpp"
#include "postern/result.hpp"
#include "postern/store/ids.hpp"

namespace postern::search {

/// A message within its segment: its place in SegmentHead::messages().
using Ordinal = std::uint32_t;
constexpr std::size_t most_messages = std::size_t{1} << 20;  ///< in one segment

/// One bit an ordinal.
class OrdinalSet {
public:
    explicit OrdinalSet(std::size_t count = 0) : words_((count + 63) / 64) {}
    void add(Ordinal ordinal) { words_[ordinal / 64] |= std::uint64_t{1} << (ordinal % 64); }
    bool has(Ordinal ordinal) const { return ((words_[ordinal / 64] >> (ordinal % 64)) & 1U) != 0; }
    void keep_common(const OrdinalSet& other);
    void add_all(const OrdinalSet& other);
    std::vector<Ordinal> members() const;

private:
    std::vector<std::uint64_t> words_;
};

/// As it is stored.
struct EncodedSegment {
    std::string head;
    std::vector<std::string> blocks;
};

/// The part of a segment that stays in memory.
class SegmentHead {
public:
    /// Bounded by the length of the input. corrupt if it is no head.
    static Result<SegmentHead> decode(std::string_view data);
    std::string encode() const;

    const std::vector<MessageId>& messages() const { return messages_; }
    /// Messages with so many trigrams that they are not listed: they may contain anything. Ascending.
    const std::vector<Ordinal>& unlisted() const { return unlisted_; }
    std::size_t block_count() const { return first_trigrams_.size(); }
    /// Which block has the trigram's posting list, if any has.
    std::optional<std::size_t> block_of(Trigram trigram) const;

private:
    friend class SegmentWriter;
    std::vector<MessageId> messages_;
    std::vector<Ordinal> unlisted_;
    std::vector<Trigram> first_trigrams_;  ///< of each block, ascending
};

/// Reads a block from its beginning, list by list, in the order of the trigrams.
class BlockReader {
public:
    BlockReader(std::string_view block, std::size_t message_count);
    /// False at the end, or at a fault.
    bool next();
    bool ok() const { return ok_; }
    Trigram trigram() const { return trigram_; }
    /// The current list. False if it is not sound.
    bool read(OrdinalSet& out) const;
    bool read(std::vector<Ordinal>& out) const;

private:
    template <class Add>
    bool each(Add add) const;

    std::string_view rest_;
    std::size_t message_count_;
    Trigram trigram_ = 0;
    std::string_view list_;
    bool is_bitmap_ = false;
    bool ok_ = true;
    bool started_ = false;
};

/// Messages of a segment that have the trigram; none if the block does not list it. corrupt if the block is damaged.
Result<OrdinalSet> find_in_block(std::string_view block, Trigram trigram, std::size_t message_count);

/// Makes a segment from posting lists that come in the order of their trigrams.
class SegmentWriter {
public:
    explicit SegmentWriter(std::vector<MessageId> messages, std::vector<Ordinal> unlisted);
    /// `ordinals` ascend and are not empty; trigrams ascend from call to call.
    void add(Trigram trigram, std::span<const Ordinal> ordinals);
    EncodedSegment finish();

private:
    void put_list(std::span<const Ordinal> ordinals);

    SegmentHead head_;
    std::vector<std::string> blocks_;
    std::string gaps_;
    Trigram last_ = 0;
};

/// Makes a segment from messages.
class SegmentBuilder {
public:
    /// In any order; each message once.
    void add(MessageId message, std::span<const Trigram> trigrams);
    /// A message that may contain anything.
    void add_unlisted(MessageId message);
    EncodedSegment finish();

private:
    struct Posting {
        Trigram trigram;
        Ordinal ordinal;
    };
    std::vector<MessageId> messages_;
    std::vector<Ordinal> unlisted_;
    std::vector<Posting> postings_;
};

/// One segment with the messages of all. corrupt if one of them is damaged.
Result<EncodedSegment> merge(std::span<const EncodedSegment> segments);

}  // namespace postern::search
