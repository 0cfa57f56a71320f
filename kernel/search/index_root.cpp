#include "kernel/search/index_root.hpp"

#include <array>
#include <cinttypes>
#include <cstdio>

#include "kernel/mail/packing.hpp"
#include "kernel/search/segment.hpp"

namespace postern::search {

namespace {

constexpr std::uint8_t format = 1;
constexpr std::size_t most_blocks = std::size_t{1} << 20;

void put(mail::Packer& out, const SegmentInfo& info) {
    out.number(info.id);
    out.number(info.messages);
    out.number(info.blocks);
}

SegmentInfo take_info(mail::Unpacker& in) {
    SegmentInfo info;
    info.id = in.number();
    info.messages = static_cast<std::size_t>(in.number_up_to(most_messages));
    info.blocks = static_cast<std::size_t>(in.number_up_to(most_blocks));
    return info;
}

}  // namespace

std::size_t IndexRoot::message_count() const {
    std::size_t count = 0;
    for (const SegmentInfo& segment : segments) count += segment.messages;
    return count;
}

std::string IndexRoot::encode() const {
    std::string data;
    mail::Packer out(data);
    out.byte(format);
    out.number(through);
    out.number(segments.size());
    for (const SegmentInfo& segment : segments) put(out, segment);
    out.byte(pending ? 1 : 0);
    if (pending) put(out, *pending);
    return data;
}

Result<IndexRoot> IndexRoot::decode(std::string_view data) {
    mail::Unpacker in(data);
    IndexRoot root;
    if (in.byte() != format) in.fail();
    root.through = in.number();
    for (std::size_t left = in.count(3); left > 0 && in.ok(); --left) root.segments.push_back(take_info(in));
    const std::uint8_t pending = in.byte();
    if (pending > 1) in.fail();
    if (pending == 1) root.pending = take_info(in);
    if (!in.ok() || !in.at_end()) return Error(Errc::corrupt, "the root of the search index does not decode");
    return root;
}

// Of fixed width, since entries are read by prefix.
std::string head_entry(std::uint64_t segment) {
    std::array<char, 48> text{};
    std::snprintf(text.data(), text.size(), "/index/text/%016" PRIx64 "/head", segment);
    return text.data();
}

std::string block_entry(std::uint64_t segment, std::size_t block) {
    std::array<char, 48> text{};
    std::snprintf(text.data(), text.size(), "/index/text/%016" PRIx64 "/%06zx", segment, block);
    return text.data();
}

}  // namespace postern::search
