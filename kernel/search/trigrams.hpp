#pragma once
// Trigrams: every three octets that follow one another in a text. A text contains a key only if it has all of the key's.
#include <cstdint>
#include <string_view>
#include <vector>

namespace postern::search {

/// Three octets, the first one highest.
using Trigram = std::uint32_t;
constexpr std::size_t trigram_octets = 3;
constexpr std::size_t trigram_count = std::size_t{1} << 24;

inline Trigram trigram_at(std::string_view text, std::size_t offset) {
    const auto octet = [&](std::size_t i) {
        return static_cast<Trigram>(static_cast<unsigned char>(text[offset + i]));
    };
    return (octet(0) << 16) | (octet(1) << 8) | octet(2);
}

/// Collects the trigrams of one text after the other. Keeps 2 MiB, so make one for many texts.
class TrigramCollector {
public:
    TrigramCollector() : seen_(trigram_count / 64) {}
    /// Each trigram of the text once, in the order of their first appearance.
    std::vector<Trigram> collect(std::string_view text);

private:
    std::vector<std::uint64_t> seen_;  ///< one bit a trigram; all clear between two texts
};

/// At most `limit` different trigrams of a key, spread over it. None if it is shorter than three octets.
std::vector<Trigram> key_trigrams(std::string_view key, std::size_t limit);

}  // namespace postern::search
