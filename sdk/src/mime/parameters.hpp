#pragma once
// Structured values of MIME fields: token [/ token] *(; name=value), read tolerantly (RFC 2045 section 5.1, RFC 2183), with
// parameter continuations joined (RFC 2231 section 3).
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mime/text_store.hpp"
#include "postern/mime/message.hpp"

namespace postern::mime {

/// The leading token of a value, comments before it skipped: "attachment" of "attachment; filename=x". Empty if none.
/// `i` is moved past it.
std::string_view read_token(std::string_view value, std::size_t& i) noexcept;

/// Reads parameters from value[i] on and appends them, at most `limit`.
void read_parameters(std::string_view value, std::size_t i, std::uint32_t limit, TextStore& store,
                     std::vector<Parameter>& out);

/// Undoes %XX; what is malformed stays (RFC 2231 section 4).
std::string percent_decoded(std::string_view text);

}  // namespace postern::mime
