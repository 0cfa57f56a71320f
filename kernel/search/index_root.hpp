#pragma once
// What the search index of an account consists of. Kept with its segments as attributes of the account, under names that no
// protocol shows.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "postern/result.hpp"
#include "postern/store/ids.hpp"

namespace postern::search {

struct SegmentInfo {
    std::uint64_t id = 0;
    std::size_t messages = 0;
    std::size_t blocks = 0;
};

struct IndexRoot {
    /// Whatever was added up to here is in a segment.
    Modseq through = 0;
    std::vector<SegmentInfo> segments;
    /// Being written, block by block. Found at a start, it was given up half way.
    std::optional<SegmentInfo> pending;

    std::size_t message_count() const;
    std::string encode() const;
    /// corrupt if it is none.
    static Result<IndexRoot> decode(std::string_view data);
};

constexpr std::string_view root_entry = "/index/text-root";
std::string head_entry(std::uint64_t segment);
std::string block_entry(std::uint64_t segment, std::size_t block);

}  // namespace postern::search
