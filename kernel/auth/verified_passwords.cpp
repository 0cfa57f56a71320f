#include "kernel/auth/verified_passwords.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <stdexcept>

namespace postern::auth {

VerifiedPasswords::VerifiedPasswords(std::chrono::milliseconds lifetime) : lifetime_(lifetime) {
    if (RAND_bytes(key_.data(), static_cast<int>(key_.size())) != 1)
        throw std::runtime_error("no random octets");
}

VerifiedPasswords::Digest VerifiedPasswords::digest(const std::string& verifier,
                                                    const std::string& password) const {
    // A verifier holds no NUL, so the joined text is unambiguous.
    std::string text = verifier;
    text.push_back('\0');
    text += password;
    Digest out{};
    unsigned size = out.size();
    HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()),
         reinterpret_cast<const std::uint8_t*>(text.data()), text.size(), out.data(), &size);
    OPENSSL_cleanse(text.data(), text.size());
    return out;
}

bool VerifiedPasswords::contains(const std::string& login, const std::string& verifier,
                                 const std::string& password, Clock::time_point now) {
    const Digest wanted = digest(verifier, password);
    const std::lock_guard lock(mutex_);
    auto found = entries_.find(login);
    if (found == entries_.end()) return false;
    if (found->second.expires <= now) {
        entries_.erase(found);
        return false;
    }
    return CRYPTO_memcmp(found->second.digest.data(), wanted.data(), wanted.size()) == 0;
}

void VerifiedPasswords::add(const std::string& login, const std::string& verifier,
                            const std::string& password, Clock::time_point now) {
    const Digest made = digest(verifier, password);
    const std::lock_guard lock(mutex_);
    if (entries_.size() >= max_entries) entries_.clear();
    entries_[login] = {made, now + lifetime_};
}

}  // namespace postern::auth
