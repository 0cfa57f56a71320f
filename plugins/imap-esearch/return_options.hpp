#pragma once
#include <memory>

#include "postern/imap/ext/search_option.hpp"

namespace postern::imap {

/// MIN, MAX, ALL and COUNT of SEARCH RETURN (RFC 4731 section 3.1).
class BasicReturnOption final : public SearchReturnOption {
public:
    enum class Kind { min, max, all, count };
    explicit BasicReturnOption(Kind kind) : kind_(kind) {}

    bool is_default() const override { return kind_ == Kind::all; }
    Result<std::unique_ptr<SearchReturn>> prepare(SearchPlan& plan, const Parameter& parameter,
                                                  ArgumentCursor& value) override;

private:
    Kind kind_;
};

}  // namespace postern::imap
