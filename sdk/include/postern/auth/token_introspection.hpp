#pragma once
// What an authorization server says about a token (RFC 7662 section 2.2).
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "postern/export.hpp"
#include "postern/result.hpp"

namespace postern {

struct POSTERN_SDK TokenFacts {
    bool active = false;
    std::vector<std::string> scopes;
    std::vector<std::string> audiences;
    std::optional<std::int64_t> expires;                       ///< seconds since 1970
    std::vector<std::pair<std::string, std::string>> members;  ///< those that are texts: "username", "sub"

    /// "" if there is none.
    std::string_view member(std::string_view name) const;
};

/// The body of an answer. protocol_violation if it is none.
POSTERN_SDK Result<TokenFacts> parse_introspection(std::string_view body);

}  // namespace postern
