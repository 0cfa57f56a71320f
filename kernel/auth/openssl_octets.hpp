#pragma once
// Text as OpenSSL wants it, and what its functions answer.
#include <stdexcept>
#include <string>
#include <string_view>

namespace postern::auth {

inline const unsigned char* octets(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

inline unsigned char* octets(std::string& text) {
    return reinterpret_cast<unsigned char*>(text.data());
}

inline void require(bool ok, const char* what) {
    if (!ok) throw std::runtime_error(what);
}

}  // namespace postern::auth
