#pragma once
// The grammar of Sieve (RFC 5228 section 8): text to a tree that knows no command by name. Parsing is bounded in size and
// depth, does no I/O and never throws; the first mistake ends it, with its place.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "postern/export.hpp"

namespace postern::sieve {

/// Where something stands in a script. Both count from 1; columns count octets.
struct Place {
    std::uint32_t line = 1;
    std::uint32_t column = 1;
    bool operator==(const Place&) const = default;
};

/// A mistake in a script, for its author.
struct Fault {
    Place place;
    std::string text;
    /// "line 3, column 7: text"
    POSTERN_SDK std::string to_string() const;
};

struct SyntaxLimits {
    std::size_t octets = 1024 * 1024;  ///< of the script
    std::size_t depth = 32;            ///< of blocks and tests in each other
    std::size_t items = 50'000;        ///< commands, tests and arguments in all
};

/// A string as it stands in the script: quotes, escapes and dots of multi-line strings are undone; line ends of multi-line
/// strings are CRLF.
struct String {
    std::string text;
    Place place;
};

struct Argument {
    enum class Kind : std::uint8_t { number, tag, string, string_list };
    Kind kind = Kind::number;
    Place place;
    std::uint64_t number = 0;
    std::string tag;              ///< lower case, with the colon: ":copy"
    std::vector<String> strings;  ///< one for Kind::string

    bool is_string() const { return kind == Kind::string || kind == Kind::string_list; }
};

/// A command or a test.
struct Node {
    std::string name;  ///< lower case
    Place place;
    std::vector<Argument> arguments;
    std::vector<Node> tests;
    bool test_list = false;  ///< the tests stand in parentheses
    std::vector<Node> block;
    bool has_block = false;
};

struct Tree {
    std::vector<Node> commands;
    std::optional<Fault> fault;  ///< set: the commands are good for nothing
};

POSTERN_SDK Tree parse(std::string_view script, const SyntaxLimits& limits = {});

}  // namespace postern::sieve
