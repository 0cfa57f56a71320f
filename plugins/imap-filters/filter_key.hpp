#pragma once
#include "postern/imap/ext/search_option.hpp"

namespace postern::imap {

/// SEARCH FILTER on-the-road: the criteria stored under that name stand in its place (RFC 5466 section 3.1).
class FilterKey final : public SearchKey {
public:
    Result<SearchNode> parse(Session& session, ArgumentCursor& in, SearchParser& parser) override;
};

}  // namespace postern::imap
