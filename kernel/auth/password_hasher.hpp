#pragma once
#include <cstdint>
#include <string>

#include "postern/auth/auth.hpp"

namespace postern::auth {

/// argon2id for new verifiers (libsodium); argon2 and every crypt(3) scheme of libxcrypt for stored ones. Thread-safe.
/// Costs `memory` octets and tens of milliseconds a call: run it on the cpu lane.
class ArgonHasher final : public PasswordHasher {
public:
    ArgonHasher(std::uint64_t memory, std::uint64_t passes);

    std::string hash(const std::string& password) override;
    /// False too if `stored` is not a verifier ("", or a scheme the system does not know).
    bool matches(const std::string& password, const std::string& stored) override;

private:
    std::uint64_t memory_;
    std::uint64_t passes_;
};

/// True for text that is a verifier ("$argon2id$...", "$6$...") and not a password.
bool is_verifier(const std::string& text);

}  // namespace postern::auth
