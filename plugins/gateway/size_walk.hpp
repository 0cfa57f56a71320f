#pragma once
// The first step of recognising messages that have new ids (gateway.md 2.6, step 1): two lists in one order, walked in step
// while the sizes agree. Pure; what it finds is a guess until a sample of each run is verified.
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace postern::gateway {

/// Positions in the one list and in the other that follow each other in both, without a gap but for what the other list has no
/// size of. First and last are well inside a longer stretch of equal sizes. What has the size of its neighbour is left out.
using SizeRun = std::vector<std::pair<std::size_t, std::size_t>>;

/// Each position is in one run at most; a list whose parts were put into another order gives a run for each part. Stretches that
/// are too short to say anything give none, and neither do sizes that are all the same. About O(n log n).
std::vector<SizeRun> walk_by_size(std::span<const std::uint64_t> listed,
                                  std::span<const std::uint64_t> remembered);

}  // namespace postern::gateway
