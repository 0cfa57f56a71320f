#pragma once
// FETCH attributes as data (RFC 3501 section 6.4.5): generic items, routed by name.
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "postern/export.hpp"
#include "postern/imap/argument_cursor.hpp"

namespace postern::imap {

/// What stands in "[...]": "1.2.HEADER.FIELDS (From To)".
struct POSTERN_SDK Section {
    enum class Kind : std::uint8_t { all, header, header_fields, header_fields_not, text, mime };
    std::vector<std::uint32_t> part;  ///< empty: the message itself
    Kind kind = Kind::all;
    std::vector<std::string> fields;  ///< names as the client wrote them

    /// As the response repeats it, without brackets.
    std::string to_string() const;
    friend bool operator==(const Section&, const Section&) = default;
};

/// "<offset.count>": a window in octets.
struct Partial {
    std::uint64_t offset = 0;
    std::uint64_t count = 0;  ///< not 0
    friend bool operator==(const Partial&, const Partial&) = default;
};

/// One fetch-att: "FLAGS", "BODY.PEEK[TEXT]<0.100>", "NAME (argument)".
struct FetchItem {
    std::string name;  ///< upper case: "BODY.PEEK"
    std::optional<Section> section;
    std::optional<Partial> partial;
    std::optional<Value> arguments;  ///< a list right after the name, always of Kind::list
    std::size_t begin = 0;           ///< of arguments in the command's text, for ArgumentCursor::sub()
    std::size_t end = 0;
    friend bool operator==(const FetchItem&, const FetchItem&) = default;
};

/// "[...]" at the cursor.
POSTERN_SDK Result<Section> parse_section(ArgumentCursor& in);
/// "<a.b>" at the cursor.
POSTERN_SDK Result<Partial> parse_partial(ArgumentCursor& in);
/// One fetch-att. `with_arguments`: a list after the name (and a SP) is taken as its arguments.
POSTERN_SDK Result<FetchItem> parse_fetch_item(ArgumentCursor& in, bool with_arguments);

/// The items of FETCH: a macro (ALL, FAST, FULL), one item or a list of them, expanded. Outside a list what follows in
/// parentheses is taken to be the modifiers of the command, unless `takes_arguments` says that the item wants it.
using TakesArguments = std::function<bool(std::string_view name)>;
POSTERN_SDK Result<std::vector<FetchItem>> parse_fetch_items(ArgumentCursor& in,
                                                             const TakesArguments& takes_arguments = {});

/// Everything after "FETCH ": set, items, modifiers (RFC 4466).
struct FetchArguments {
    SequenceSet set;
    std::vector<FetchItem> items;
    std::vector<Parameter> modifiers;
};
POSTERN_SDK Result<FetchArguments> parse_fetch(ArgumentCursor& in,
                                               const TakesArguments& takes_arguments = {});

}  // namespace postern::imap
