#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <charconv>

#include "kernel/auth/openssl_octets.hpp"
#include "kernel/auth/scram.hpp"
#include "kernel/auth/scram_digest.hpp"
#include "postern/encoding/base64.hpp"

namespace postern::auth {

namespace {

const EVP_MD* method(ScramHash hash) {
    return hash == ScramHash::sha1 ? EVP_sha1() : EVP_sha256();
}

constexpr const char* no_digest = "OpenSSL cannot compute a digest";

}  // namespace

std::string_view scram_name(ScramHash hash) {
    return hash == ScramHash::sha1 ? "SCRAM-SHA-1" : "SCRAM-SHA-256";
}

std::size_t scram_size(ScramHash hash) {
    return hash == ScramHash::sha1 ? 20 : 32;
}

std::string scram_digest(ScramHash hash, std::string_view text) {
    std::string out(scram_size(hash), '\0');
    require(EVP_Digest(text.data(), text.size(), octets(out), nullptr, method(hash), nullptr) == 1,
            no_digest);
    return out;
}

std::string scram_hmac(ScramHash hash, std::string_view key, std::string_view text) {
    std::string out(scram_size(hash), '\0');
    require(HMAC(method(hash), key.data(), static_cast<int>(key.size()), octets(text), text.size(),
                 octets(out), nullptr) != nullptr,
            no_digest);
    return out;
}

ScramKeys derive_scram_keys(ScramHash hash, std::string_view password, std::string salt,
                            std::uint32_t iterations) {
    std::string salted(scram_size(hash), '\0');
    require(PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), octets(salt),
                              static_cast<int>(salt.size()), static_cast<int>(iterations), method(hash),
                              static_cast<int>(salted.size()), octets(salted)) == 1,
            no_digest);
    std::string client_key = scram_hmac(hash, salted, "Client Key");
    ScramKeys keys;
    keys.hash = hash;
    keys.iterations = iterations;
    keys.salt = std::move(salt);
    keys.stored_key = scram_digest(hash, client_key);
    keys.server_key = scram_hmac(hash, salted, "Server Key");
    OPENSSL_cleanse(salted.data(), salted.size());
    OPENSSL_cleanse(client_key.data(), client_key.size());
    return keys;
}

std::string ScramKeys::to_text() const {
    return std::string(scram_name(hash)) + '$' + std::to_string(iterations) + ':' + encode_base64(salt) +
           '$' + encode_base64(stored_key) + ':' + encode_base64(server_key);
}

std::optional<ScramKeys> ScramKeys::parse(std::string_view text) {
    ScramKeys keys;
    const auto until = [&text](char end) {
        const std::string_view part = text.substr(0, text.find(end));
        text.remove_prefix(std::min(text.size(), part.size() + 1));
        return part;
    };
    const std::string_view name = until('$');
    if (name != scram_name(ScramHash::sha1) && name != scram_name(ScramHash::sha256)) return std::nullopt;
    keys.hash = name == scram_name(ScramHash::sha1) ? ScramHash::sha1 : ScramHash::sha256;
    const std::string_view count = until(':');
    const auto read = std::from_chars(count.data(), count.data() + count.size(), keys.iterations);
    if (read.ec != std::errc() || read.ptr != count.data() + count.size() || keys.iterations == 0)
        return std::nullopt;
    auto salt = decode_base64(until('$'));
    auto stored = decode_base64(until(':'));
    auto server = decode_base64(text);
    const std::size_t size = scram_size(keys.hash);
    if (!salt || salt->empty() || !stored || stored->size() != size || !server || server->size() != size)
        return std::nullopt;
    keys.salt = std::move(*salt);
    keys.stored_key = std::move(*stored);
    keys.server_key = std::move(*server);
    return keys;
}

}  // namespace postern::auth
