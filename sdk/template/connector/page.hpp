#pragma once
// A page of the listing:
//
//     {"total": 2, "messages": [{"id": "m1", "size": 812}, {"id": "m2", "size": 90}], "next": "m2"}
//
// "next" is there unless it is the last page.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace letterbox {

struct Page {
    struct Entry {
        std::string id;
        std::uint64_t size = 0;
    };
    std::uint64_t total = 0;
    std::vector<Entry> entries;
    std::string next;  ///< "" on the last page
};

/// Ids of Letterbox: 1 to 64 letters, digits, "-", "_". So they can stand in a path as they are.
bool is_id(std::string_view text);

/// nullopt for anything that is not such a page.
std::optional<Page> parse_page(std::string_view json);

}  // namespace letterbox
