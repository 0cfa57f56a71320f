#pragma once
#include "postern/imap/ext/search_option.hpp"

namespace postern::imap {

/// SEARCH RETURN (PARTIAL 1:50): so much of the result, counted in its order (RFC 9394 section 3.1).
class PartialOption final : public SearchReturnOption {
public:
    Result<std::unique_ptr<SearchReturn>> prepare(SearchPlan& plan, const Parameter& parameter,
                                                  ArgumentCursor& value) override;
};

}  // namespace postern::imap
