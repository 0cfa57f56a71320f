// Segments of the search index: what decodes can be asked and merged, and a merge of one segment says the same again.
#include <cstdlib>

#include "kernel/search/index_root.hpp"
#include "kernel/search/segment.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace postern::search;
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    if (const auto root = IndexRoot::decode(input); root && !IndexRoot::decode(root->encode())) std::abort();
    // The first octet divides the input into a head and a block.
    if (input.empty()) return 0;
    const std::size_t middle = std::min<std::size_t>(static_cast<unsigned char>(input[0]), input.size() - 1);
    const EncodedSegment segment{std::string(input.substr(1, middle)),
                                 {std::string(input.substr(1 + middle))}};
    const auto head = SegmentHead::decode(segment.head);
    if (!head) return 0;
    for (const Trigram trigram : {0U, 0x616263U, 0xFFFFFFU})
        static_cast<void>(find_in_block(segment.blocks[0], trigram, head->messages().size()));
    const auto merged = merge({&segment, 1});
    if (!merged) return 0;
    const auto again = merge({&*merged, 1});
    if (!again || again->blocks != merged->blocks || again->head != merged->head) std::abort();
    return 0;
}
