#pragma once
// Generic parameters (RFC 4466: tagged-ext, RFC 5258: option-extension): any extension's parameter parses into these.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "postern/export.hpp"

namespace postern::imap {

/// tagged-ext-val and its parts: an atom (numbers and sets are atoms), a string, NIL or a list.
struct POSTERN_SDK Value {
    enum class Kind : std::uint8_t { nil, atom, string, list };
    Kind kind = Kind::nil;
    std::string text;          ///< of an atom or a string
    std::vector<Value> items;  ///< of a list

    bool is_list() const { return kind == Kind::list; }
    /// An atom that equals `keyword`, in any case.
    bool is_keyword(std::string_view keyword) const;
    /// In canonical form, as it would stand in a command with quoted strings; for logs and tests.
    std::string to_string() const;
    friend bool operator==(const Value&, const Value&) = default;
};

/// One "NAME [value]" of a parameter list.
struct Parameter {
    std::string name;  ///< upper case
    bool has_value = false;
    Value value;
    std::size_t begin = 0;  ///< of the value in the command's text, for ArgumentCursor::sub()
    std::size_t end = 0;
};

}  // namespace postern::imap
