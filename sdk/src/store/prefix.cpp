#include "postern/store/prefix.hpp"

namespace postern::store {

std::optional<std::string> after_prefix(std::string_view prefix) {
    if (prefix.empty() || static_cast<unsigned char>(prefix.back()) >= 0x7f) return std::nullopt;
    std::string bound(prefix);
    ++bound.back();
    return bound;
}

}  // namespace postern::store
