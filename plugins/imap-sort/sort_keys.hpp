#pragma once
// The keys of RFC 5256 section 3, answered from columns and from what the message record keeps for sorting.
#include <memory>
#include <string_view>
#include <vector>

#include "postern/imap/ext/sort_key.hpp"

namespace postern::imap {

struct NamedSortKey {
    std::string_view name;
    std::unique_ptr<SortKey> key;
};

std::vector<NamedSortKey> make_sort_keys();

}  // namespace postern::imap
