#pragma once
// From stored messages to what the search index keeps of them: reading on a store lane, decoding on a CPU lane.
#include <optional>
#include <string>
#include <vector>

#include "kernel/search/trigrams.hpp"
#include "postern/mail/types.hpp"
#include "postern/store/store.hpp"

namespace postern::search {

/// Whole contents, in the order of the messages; none where it cannot be read or is too large to be indexed. Blocks.
Result<std::vector<std::optional<std::string>>> read_contents(
    store::StoreSession& session, AccountId account, const std::vector<mail::StoredMessagePtr>& messages);

/// The trigrams of what SEARCH TEXT looks at, which is all that SEARCH BODY looks at and more (RFC 3501 section 6.4.4).
/// None for what has no content, or so much text that it may contain anything.
std::vector<std::optional<std::vector<Trigram>>> trigrams_of(
    const std::vector<std::optional<std::string>>& contents);

}  // namespace postern::search
