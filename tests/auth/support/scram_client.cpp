#include "tests/auth/support/scram_client.hpp"

#include <openssl/evp.h>

#include "kernel/auth/scram_digest.hpp"
#include "postern/encoding/base64.hpp"

namespace postern::auth::test {

namespace {

/// The value of a field: "s=" in "r=a,s=b,i=c" is "b".
std::string field(std::string_view text, std::string_view key) {
    const auto at = ("," + std::string(text)).find("," + std::string(key));
    if (at == std::string::npos) return "";
    text.remove_prefix(at + key.size());
    return std::string(text.substr(0, text.find(',')));
}

}  // namespace

std::string ScramClient::first() {
    first_bare_ = "n=" + user_ + ",r=" + nonce;
    return gs2_header + first_bare_;
}

std::string ScramClient::final(std::string_view challenge) {
    const auto salt = decode_base64(field(challenge, "s="));
    const std::string count = field(challenge, "i=");
    if (!salt || count.empty()) return "";
    salt_ = *salt;
    std::string salted(scram_size(hash_), '\0');
    PKCS5_PBKDF2_HMAC(password_.data(), static_cast<int>(password_.size()),
                      reinterpret_cast<const unsigned char*>(salt->data()), static_cast<int>(salt->size()),
                      std::stoi(count), hash_ == ScramHash::sha1 ? EVP_sha1() : EVP_sha256(),
                      static_cast<int>(salted.size()), reinterpret_cast<unsigned char*>(salted.data()));
    const std::string client_key = scram_hmac(hash_, salted, "Client Key");
    const std::string without_proof =
        "c=" + encode_base64(gs2_header + binding) + ",r=" + field(challenge, "r=");
    const std::string auth_message = first_bare_ + ',' + std::string(challenge) + ',' + without_proof;
    std::string proof = scram_hmac(hash_, scram_digest(hash_, client_key), auth_message);
    for (std::size_t i = 0; i < proof.size(); ++i) proof[i] = static_cast<char>(proof[i] ^ client_key[i]);
    expected_ =
        "v=" + encode_base64(scram_hmac(hash_, scram_hmac(hash_, salted, "Server Key"), auth_message));
    return without_proof + ",p=" + encode_base64(proof);
}

}  // namespace postern::auth::test
