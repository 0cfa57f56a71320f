#include "mutator.hpp"

#include <algorithm>
#include <utility>

namespace postern::fuzz {

Mutator::Mutator(std::vector<std::string> seeds, std::vector<std::string> words)
    : seeds_(std::move(seeds)), words_(std::move(words)) {
    if (seeds_.empty()) seeds_.emplace_back();
    // What mail grammars turn on, whatever the target.
    for (const char* word : {"\r\n", "\n", "\r", " ",    "\"",         "\\",         "(",
                             ")",    "{",  "}",  "<",    ">",          ":",          ";",
                             ",",    "=",  "%",  "*",    "&",          "+",          "-",
                             ".",    "@",  "\t", "0",    "4294967295", "4294967296", "18446744073709551616",
                             "=?",   "?=", "--", "\x80", "\xff",       "\xc3\xa9",   "\xf0\x9f\x98\x80"})
        words_.emplace_back(word);
    words_.emplace_back(1, '\0');
}

// xorshift64*: good enough to spread over a corpus, and no library may change it under us.
std::uint64_t Mutator::random() {
    state_ ^= state_ >> 12;
    state_ ^= state_ << 25;
    state_ ^= state_ >> 27;
    return state_ * 0x2545f4914f6cdd1du;
}

std::size_t Mutator::below(std::size_t bound) {
    return bound == 0 ? 0 : static_cast<std::size_t>(random() % bound);
}

void Mutator::insert(std::string& input, const std::string& piece) {
    input.insert(below(input.size() + 1), piece);
}

void Mutator::change(std::string& input) {
    const std::size_t at = below(input.size());
    const std::size_t length = std::min(input.size() - at, 1 + below(below(4) == 0 ? 256 : 8));
    switch (below(8)) {
        case 0:
            if (!input.empty()) input[at] = static_cast<char>(input[at] ^ (1 << below(8)));
            break;
        case 1:
            if (!input.empty()) input[at] = static_cast<char>(random());
            break;
        case 2:
            input.erase(at, length);
            break;
        case 3:
            insert(input, input.substr(at, length));
            break;
        case 4: {  // a piece of another seed
            const std::string& other = seeds_[below(seeds_.size())];
            insert(input, other.substr(below(other.size()), 1 + below(256)));
            break;
        }
        case 5:
            insert(input, words_[below(words_.size())]);
            break;
        case 6: {  // a word many times: depth and length limits
            const std::string& word = words_[below(words_.size())];
            std::string run;
            for (std::size_t i = below(512); i > 0; --i) run += word;
            insert(input, run);
            break;
        }
        default:
            input.resize(at);
    }
}

std::string Mutator::next() {
    std::string input = seeds_[below(seeds_.size())];
    for (std::size_t i = 1 + below(8); i > 0; --i) change(input);
    if (input.size() > max_size) input.resize(max_size);
    return input;
}

}  // namespace postern::fuzz
