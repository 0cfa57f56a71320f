#include "postern/imap/url_token.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <array>
#include <span>

namespace postern::imap {

namespace {

/// Of the algorithm below: another one gets another number, so that tokens of both can be told apart.
constexpr std::string_view algorithm = "01";
constexpr std::size_t key_octets = 32;

void append_hex(std::span<const unsigned char> octets, std::string& out) {
    static constexpr std::string_view digits = "0123456789abcdef";
    for (const unsigned char octet : octets) {
        out += digits[octet >> 4];
        out += digits[octet & 15];
    }
}

}  // namespace

Result<std::string> make_access_key() {
    std::array<unsigned char, key_octets> octets{};
    if (RAND_bytes(octets.data(), static_cast<int>(octets.size())) != 1)
        return Error(Errc::internal, "there are no random numbers");
    std::string key;
    append_hex(octets, key);
    return key;
}

std::string make_token(std::string_view key, std::string_view rump) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned length = 0;
    HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
         reinterpret_cast<const unsigned char*>(rump.data()), rump.size(), digest.data(), &length);
    std::string token(algorithm);
    append_hex(std::span<const unsigned char>(digest).first(length), token);
    return token;
}

bool same_token(std::string_view a, std::string_view b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace postern::imap
