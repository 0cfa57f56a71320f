#include "kernel/search/trigrams.hpp"

#include <algorithm>

namespace postern::search {

std::vector<Trigram> TrigramCollector::collect(std::string_view text) {
    std::vector<Trigram> found;
    if (text.size() < trigram_octets) return found;
    found.reserve(std::min<std::size_t>(text.size(), 4096));
    Trigram trigram = trigram_at(text, 0) >> 8;
    for (std::size_t end = trigram_octets - 1; end < text.size(); ++end) {
        trigram = ((trigram << 8) | static_cast<unsigned char>(text[end])) & (trigram_count - 1);
        std::uint64_t& word = seen_[trigram / 64];
        const std::uint64_t bit = std::uint64_t{1} << (trigram % 64);
        if ((word & bit) != 0) continue;
        word |= bit;
        found.push_back(trigram);
    }
    for (const Trigram seen : found) seen_[seen / 64] = 0;
    return found;
}

std::vector<Trigram> key_trigrams(std::string_view key, std::size_t limit) {
    std::vector<Trigram> found;
    if (key.size() < trigram_octets || limit == 0) return found;
    const std::size_t places = key.size() - trigram_octets + 1;
    const std::size_t taken = std::min(places, limit);
    for (std::size_t i = 0; i < taken; ++i) found.push_back(trigram_at(key, i * places / taken));
    std::ranges::sort(found);
    found.erase(std::unique(found.begin(), found.end()), found.end());
    return found;
}

}  // namespace postern::search
