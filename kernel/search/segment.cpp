#include "kernel/search/segment.hpp"

#include <algorithm>
#include <array>

#include "kernel/mail/packing.hpp"

namespace postern::search {

namespace {

using mail::Packer;
using mail::Unpacker;

constexpr std::uint8_t segment_format = 1;
constexpr std::size_t block_octets = 16 << 10;
/// A message with more different trigrams is not worth its lists: hardly a key could exclude it.
constexpr std::size_t most_trigrams = 100'000;

Error damaged() {
    return Error(Errc::corrupt, "a segment of the search index is damaged");
}

std::size_t bitmap_octets(std::size_t message_count) {
    return (message_count + 7) / 8;
}

}  // namespace

void OrdinalSet::keep_common(const OrdinalSet& other) {
    for (std::size_t i = 0; i < words_.size(); ++i) words_[i] &= other.words_[i];
}

void OrdinalSet::add_all(const OrdinalSet& other) {
    for (std::size_t i = 0; i < words_.size(); ++i) words_[i] |= other.words_[i];
}

std::vector<Ordinal> OrdinalSet::members() const {
    std::vector<Ordinal> out;
    for (std::size_t i = 0; i < words_.size(); ++i) {
        for (std::uint64_t left = words_[i]; left != 0; left &= left - 1) {
            out.push_back(static_cast<Ordinal>(i * 64 + static_cast<std::size_t>(__builtin_ctzll(left))));
        }
    }
    return out;
}

Result<SegmentHead> SegmentHead::decode(std::string_view data) {
    Unpacker in(data);
    SegmentHead head;
    if (in.byte() != segment_format) in.fail();
    std::uint64_t id = 0;
    for (std::size_t left = in.count(); left > 0 && in.ok(); --left) {
        id += static_cast<std::uint64_t>(in.signed_number());
        head.messages_.push_back(MessageId{id});
    }
    std::uint64_t next = 0;
    for (std::size_t left = in.count(); left > 0 && in.ok(); --left) {
        next += in.number_up_to(head.messages_.size());
        if (next >= head.messages_.size()) in.fail();
        head.unlisted_.push_back(static_cast<Ordinal>(next++));
    }
    next = 0;
    for (std::size_t left = in.count(); left > 0 && in.ok(); --left) {
        next += in.number_up_to(trigram_count);
        if (next >= trigram_count) in.fail();
        head.first_trigrams_.push_back(static_cast<Trigram>(next++));
    }
    if (!in.ok() || !in.at_end() || head.messages_.size() > most_messages) return damaged();
    return head;
}

std::string SegmentHead::encode() const {
    std::string data;
    Packer out(data);
    out.byte(segment_format);
    out.number(messages_.size());
    std::uint64_t last = 0;
    for (const MessageId message : messages_) {
        out.signed_number(static_cast<std::int64_t>(value_of(message) - last));
        last = value_of(message);
    }
    const auto ascending = [&out](const std::vector<std::uint32_t>& values) {
        out.number(values.size());
        std::uint64_t next = 0;
        for (const std::uint32_t value : values) {
            out.number(value - next);
            next = std::uint64_t{value} + 1;
        }
    };
    ascending(unlisted_);
    ascending(first_trigrams_);
    return data;
}

std::optional<std::size_t> SegmentHead::block_of(Trigram trigram) const {
    const auto after = std::ranges::upper_bound(first_trigrams_, trigram);
    if (after == first_trigrams_.begin()) return std::nullopt;
    return static_cast<std::size_t>(after - first_trigrams_.begin()) - 1;
}

// A list: the distance of its trigram to the one before, then twice the octets of the list, plus one for a bitmap.
BlockReader::BlockReader(std::string_view block, std::size_t message_count)
    : rest_(block), message_count_(message_count) {}

bool BlockReader::next() {
    if (rest_.empty()) return false;
    Unpacker in(rest_);
    const std::uint64_t distance = in.number_up_to(trigram_count);
    const std::uint64_t trigram = started_ ? std::uint64_t{trigram_} + distance : distance;
    const std::uint64_t size = in.number();
    is_bitmap_ = (size & 1) != 0;
    list_ = in.take(static_cast<std::size_t>(size / 2));
    ok_ = in.ok() && trigram < trigram_count && (!started_ || distance > 0) && !list_.empty() &&
          (!is_bitmap_ || list_.size() == bitmap_octets(message_count_));
    if (!ok_) return false;
    started_ = true;
    trigram_ = static_cast<Trigram>(trigram);
    rest_.remove_prefix(rest_.size() - in.remaining());
    return true;
}

template <class Add>
bool BlockReader::each(Add add) const {
    if (is_bitmap_) {
        for (std::size_t i = 0; i < list_.size(); ++i) {
            for (unsigned left = static_cast<unsigned char>(list_[i]); left != 0; left &= left - 1) {
                const std::size_t ordinal = i * 8 + static_cast<std::size_t>(__builtin_ctz(left));
                if (ordinal >= message_count_) return false;
                add(static_cast<Ordinal>(ordinal));
            }
        }
        return true;
    }
    Unpacker in(list_);
    std::uint64_t next = 0;
    while (!in.at_end()) {
        next += in.number_up_to(message_count_);
        if (!in.ok() || next >= message_count_) return false;
        add(static_cast<Ordinal>(next++));
    }
    return in.ok();
}

bool BlockReader::read(OrdinalSet& out) const {
    return each([&out](Ordinal ordinal) { out.add(ordinal); });
}

bool BlockReader::read(std::vector<Ordinal>& out) const {
    return each([&out](Ordinal ordinal) { out.push_back(ordinal); });
}

Result<OrdinalSet> find_in_block(std::string_view block, Trigram trigram, std::size_t message_count) {
    BlockReader reader(block, message_count);
    OrdinalSet found(message_count);
    while (reader.next() && reader.trigram() <= trigram) {
        if (reader.trigram() < trigram) continue;
        if (!reader.read(found)) return damaged();
        break;
    }
    if (!reader.ok()) return damaged();
    return found;
}

SegmentWriter::SegmentWriter(std::vector<MessageId> messages, std::vector<Ordinal> unlisted) {
    head_.messages_ = std::move(messages);
    head_.unlisted_ = std::move(unlisted);
}

void SegmentWriter::add(Trigram trigram, std::span<const Ordinal> ordinals) {
    const bool begins = blocks_.empty() || blocks_.back().size() >= block_octets;
    if (begins) {
        blocks_.emplace_back();
        head_.first_trigrams_.push_back(trigram);
        last_ = 0;
    }
    Packer(blocks_.back()).number(trigram - last_);
    last_ = trigram;
    put_list(ordinals);
}

void SegmentWriter::put_list(std::span<const Ordinal> ordinals) {
    gaps_.clear();
    Packer gaps(gaps_);
    Ordinal next = 0;
    for (const Ordinal ordinal : ordinals) {
        gaps.number(ordinal - next);
        next = ordinal + 1;
    }
    Packer out(blocks_.back());
    const std::size_t bitmap = bitmap_octets(head_.messages_.size());
    if (gaps_.size() <= bitmap) {
        out.number(gaps_.size() * 2);
        blocks_.back() += gaps_;
        return;
    }
    gaps_.assign(bitmap, '\0');
    for (const Ordinal ordinal : ordinals) {
        gaps_[ordinal / 8] = static_cast<char>(gaps_[ordinal / 8] | (1 << (ordinal % 8)));
    }
    out.number(bitmap * 2 + 1);
    blocks_.back() += gaps_;
}

EncodedSegment SegmentWriter::finish() {
    return {head_.encode(), std::move(blocks_)};
}

void SegmentBuilder::add(MessageId message, std::span<const Trigram> trigrams) {
    if (trigrams.size() > most_trigrams) return add_unlisted(message);
    const auto ordinal = static_cast<Ordinal>(messages_.size());
    messages_.push_back(message);
    for (const Trigram trigram : trigrams) postings_.push_back({trigram, ordinal});
}

void SegmentBuilder::add_unlisted(MessageId message) {
    unlisted_.push_back(static_cast<Ordinal>(messages_.size()));
    messages_.push_back(message);
}

EncodedSegment SegmentBuilder::finish() {
    // Ordinals ascend already, and a radix sort keeps them so.
    constexpr unsigned bits = 12;
    std::vector<Posting> other(postings_.size());
    for (unsigned shift = 0; shift < 24; shift += bits) {
        std::array<std::size_t, (1U << bits) + 1> begin{};
        const auto digit = [shift](const Posting& p) { return (p.trigram >> shift) & ((1U << bits) - 1); };
        for (const Posting& posting : postings_) ++begin[digit(posting) + 1];
        for (std::size_t i = 1; i < begin.size(); ++i) begin[i] += begin[i - 1];
        for (const Posting& posting : postings_) other[begin[digit(posting)]++] = posting;
        postings_.swap(other);
    }
    SegmentWriter writer(std::move(messages_), std::move(unlisted_));
    std::vector<Ordinal> list;
    for (std::size_t i = 0; i < postings_.size();) {
        const Trigram trigram = postings_[i].trigram;
        list.clear();
        for (; i < postings_.size() && postings_[i].trigram == trigram; ++i)
            list.push_back(postings_[i].ordinal);
        writer.add(trigram, list);
    }
    postings_.clear();
    return writer.finish();
}

namespace {

/// One of the segments to merge, read list by list.
class Source {
public:
    Source(const EncodedSegment& segment, std::size_t message_count, Ordinal first_ordinal)
        : segment_(segment), message_count_(message_count), first_ordinal_(first_ordinal) {
        next();
    }
    bool has_list() const { return reader_.has_value(); }
    bool ok() const { return ok_; }
    Trigram trigram() const { return reader_->trigram(); }
    /// Appends the list and goes on to the next.
    void take(std::vector<Ordinal>& out) {
        const std::size_t begin = out.size();
        ok_ = reader_->read(out) && ok_;
        for (std::size_t i = begin; i < out.size(); ++i) out[i] += first_ordinal_;
        next();
    }

private:
    void next() {
        while (true) {
            if (reader_ && reader_->next()) {
                // Blocks go on where the one before ended.
                ok_ = ok_ && (!last_ || reader_->trigram() > *last_);
                last_ = reader_->trigram();
                return;
            }
            ok_ = ok_ && (!reader_ || reader_->ok());
            reader_.reset();
            if (!ok_ || block_ == segment_.blocks.size()) return;
            reader_.emplace(segment_.blocks[block_++], message_count_);
        }
    }

    const EncodedSegment& segment_;
    std::size_t message_count_;
    Ordinal first_ordinal_;
    std::size_t block_ = 0;
    std::optional<BlockReader> reader_;
    std::optional<Trigram> last_;
    bool ok_ = true;
};

}  // namespace

Result<EncodedSegment> merge(std::span<const EncodedSegment> segments) {
    std::vector<MessageId> messages;
    std::vector<Ordinal> unlisted;
    std::vector<Source> sources;
    sources.reserve(segments.size());
    for (const EncodedSegment& segment : segments) {
        auto head = SegmentHead::decode(segment.head);
        if (!head) return head.error();
        if (head->block_count() != segment.blocks.size()) return damaged();
        const auto first = static_cast<Ordinal>(messages.size());
        messages.insert(messages.end(), head->messages().begin(), head->messages().end());
        for (const Ordinal ordinal : head->unlisted()) unlisted.push_back(first + ordinal);
        sources.emplace_back(segment, head->messages().size(), first);
    }
    if (messages.size() > most_messages) return Error(Errc::too_large, "too many messages for one segment");
    SegmentWriter writer(std::move(messages), std::move(unlisted));
    std::vector<Ordinal> list;
    while (true) {
        std::optional<Trigram> lowest;
        for (const Source& source : sources) {
            if (!source.ok()) return damaged();
            if (source.has_list()) lowest = std::min(lowest.value_or(source.trigram()), source.trigram());
        }
        if (!lowest) break;
        list.clear();
        for (Source& source : sources) {
            if (source.has_list() && source.trigram() == *lowest) source.take(list);
        }
        writer.add(*lowest, list);
    }
    return writer.finish();
}

}  // namespace postern::search
