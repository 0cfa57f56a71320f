#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace postern::fuzz {

/// Makes variants of seeds: the same ones, in the same order, in every run and on every machine.
class Mutator {
public:
    /// `words` are pieces of the grammar under test that are inserted now and then; may be empty.
    Mutator(std::vector<std::string> seeds, std::vector<std::string> words);

    /// A seed with one to eight small changes, at most `max_size` octets.
    std::string next();

    static constexpr std::size_t max_size = 65536;

private:
    std::uint64_t random();
    std::size_t below(std::size_t bound);
    void change(std::string& input);
    void insert(std::string& input, const std::string& piece);

    std::vector<std::string> seeds_;
    std::vector<std::string> words_;
    std::uint64_t state_ = 0x9e3779b97f4a7c15u;
};

}  // namespace postern::fuzz
