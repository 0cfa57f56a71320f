#pragma once
#include "postern/imap/ext/search_option.hpp"

namespace postern::imap {

constexpr std::string_view fuzzy_key_name = "FUZZY";

/// SEARCH FUZZY (SUBJECT "IMAP break" SINCE 1-Nov-2026): what is nearly so matches, too (RFC 6203 section 3). Texts of the
/// common fields, TEXT and BODY by their words, days up to a week beside, sizes up to a fifth beside; flags, sets, other
/// fields, and all that is negated, exactly.
class FuzzyKey final : public SearchKey {
public:
    Result<SearchNode> parse(Session& session, ArgumentCursor& in, SearchParser& parser) override;
    Need need(const SearchExtension& key) const override;
    bool matches(Session& session, const SearchExtension& key, const FetchedMessage& message) const override;
    bool matches_text(Session& session, const SearchExtension& key, const FetchedMessage& message,
                      const SearchedText& text) const override;
};

}  // namespace postern::imap
