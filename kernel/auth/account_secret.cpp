#include "kernel/auth/account_secret.hpp"

#include <openssl/crypto.h>

#include <algorithm>

#include "kernel/auth/cram_md5.hpp"
#include "kernel/auth/mechanisms.hpp"
#include "kernel/auth/random_octets.hpp"
#include "kernel/auth/scram_digest.hpp"
#include "postern/auth/saslprep.hpp"
#include "postern/encoding/base64.hpp"

namespace postern::auth {

namespace {

constexpr std::string_view origin_prefix = "from$";
constexpr std::string_view cram_md5_prefix = "CRAM-MD5$";
constexpr ScramHash all_hashes[] = {ScramHash::sha256, ScramHash::sha1};

bool is_current_scheme(const std::string& verifier) {
    return verifier.starts_with("$argon2id$");
}

std::string mark_of(const std::string& verifier) {
    return encode_base64(scram_digest(ScramHash::sha256, verifier));
}

}  // namespace

AccountSecret AccountSecret::parse(std::string_view text) {
    AccountSecret out;
    while (!text.empty()) {
        const std::string_view word = text.substr(0, text.find(' '));
        text.remove_prefix(std::min(text.size(), word.size() + 1));
        if (out.verifier.empty()) {
            out.verifier = word;
        } else if (word.starts_with(origin_prefix)) {
            out.origin = word.substr(origin_prefix.size());
        } else if (word.starts_with(cram_md5_prefix)) {
            out.cram_md5 = decode_base64(word.substr(cram_md5_prefix.size())).value_or("");
            if (out.cram_md5.size() != cram_md5_key_size) out.cram_md5.clear();
        } else if (auto keys = ScramKeys::parse(word)) {
            out.scram.push_back(std::move(*keys));
        }
    }
    return out;
}

std::string AccountSecret::to_text() const {
    std::string out = verifier;
    for (const ScramKeys& keys : scram) out += ' ' + keys.to_text();
    if (!cram_md5.empty()) out += ' ' + std::string(cram_md5_prefix) + encode_base64(cram_md5);
    if (!origin.empty()) out += ' ' + std::string(origin_prefix) + origin;
    return out;
}

const ScramKeys* AccountSecret::find(ScramHash hash) const {
    const auto found = std::ranges::find(scram, hash, &ScramKeys::hash);
    return found == scram.end() ? nullptr : &*found;
}

bool AccountSecret::stems_from(const AccountSecret& configured) const {
    if (verifier != configured.verifier && origin != mark_of(configured.verifier)) return false;
    return std::ranges::all_of(configured.scram,
                               [&](const ScramKeys& keys) { return find(keys.hash) != nullptr; });
}

SecretMaker::SecretMaker(PasswordHasher& hasher, const config::AuthSection& settings)
    : hasher_(hasher),
      iterations_(static_cast<std::uint32_t>(settings.scram_iterations)),
      cram_md5_(MechanismPolicy(settings, false).allows("CRAM-MD5")) {}

std::string SecretMaker::make(const std::string& password) const {
    AccountSecret secret;
    secret.verifier = hasher_.hash(password);
    add_keys(secret, password);
    return secret.to_text();
}

bool SecretMaker::is_complete(const AccountSecret& secret) const {
    return is_current_scheme(secret.verifier) && cram_md5_ != secret.cram_md5.empty() &&
           std::ranges::all_of(all_hashes, [&](ScramHash hash) { return secret.find(hash) != nullptr; });
}

std::string SecretMaker::renew(const std::string& text, const std::string& password) const {
    AccountSecret secret = AccountSecret::parse(text);
    if (is_complete(secret)) return text;
    if (!is_current_scheme(secret.verifier)) {
        if (secret.origin.empty()) secret.origin = mark_of(secret.verifier);
        secret.verifier = hasher_.hash(password);
    }
    add_keys(secret, password);
    return secret.to_text();
}

/// A password that SASLprep refuses signs in with PLAIN only: no client could make a proof of it either.
void SecretMaker::add_keys(AccountSecret& secret, const std::string& password) const {
    secret.cram_md5.clear();
    auto prepared = saslprep(password);
    if (!prepared) return;
    if (cram_md5_) secret.cram_md5 = cram_md5_key(*prepared);
    for (const ScramHash hash : all_hashes) {
        if (secret.find(hash) == nullptr)
            secret.scram.push_back(
                derive_scram_keys(hash, *prepared, random_octets(scram_salt_size), iterations_));
    }
    OPENSSL_cleanse(prepared->data(), prepared->size());
}

}  // namespace postern::auth
