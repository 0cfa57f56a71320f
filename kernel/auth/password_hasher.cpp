#include "kernel/auth/password_hasher.hpp"

#include <crypt.h>
#include <sodium.h>

#include <memory>
#include <stdexcept>

namespace postern::auth {

ArgonHasher::ArgonHasher(std::uint64_t memory, std::uint64_t passes) : memory_(memory), passes_(passes) {
    if (sodium_init() < 0) throw std::runtime_error("libsodium cannot be initialised");
}

std::string ArgonHasher::hash(const std::string& password) {
    std::string out(crypto_pwhash_STRBYTES, '\0');
    if (crypto_pwhash_str_alg(out.data(), password.data(), password.size(), passes_, memory_,
                              crypto_pwhash_ALG_ARGON2ID13) != 0) {
        throw std::runtime_error("not enough memory to hash a password");
    }
    out.resize(out.find('\0'));
    return out;
}

bool ArgonHasher::matches(const std::string& password, const std::string& stored) {
    if (!is_verifier(stored)) return false;
    if (stored.starts_with("$argon2")) {
        return crypto_pwhash_str_verify(stored.c_str(), password.data(), password.size()) == 0;
    }
    // crypt(3) ends its input at a NUL: "secret\0x" must not pass for "secret".
    if (password.find('\0') != std::string::npos) return false;
    auto data = std::make_unique<crypt_data>();
    const char* computed = crypt_r(password.c_str(), stored.c_str(), data.get());
    if (computed == nullptr || computed[0] == '*') return false;
    const std::string_view text(computed);
    return text.size() == stored.size() && sodium_memcmp(text.data(), stored.data(), text.size()) == 0;
}

bool is_verifier(const std::string& text) {
    return text.size() > 3 && text[0] == '$' && text.find('$', 1) != std::string::npos;
}

}  // namespace postern::auth
