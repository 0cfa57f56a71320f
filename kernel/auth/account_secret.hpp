#pragma once
// What an account keeps of its password.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/auth/scram.hpp"
#include "kernel/config/server_config.hpp"
#include "postern/auth/auth.hpp"

namespace postern::auth {

/// AccountRow::secret: words with spaces between. The first is the verifier that PasswordHasher checks; then what other
/// mechanisms need. Text without more is what accounts had before there were such.
struct AccountSecret {
    std::string verifier;
    std::vector<ScramKeys> scram;
    std::string cram_md5;  ///< cram_md5_key(); "" unless the mechanism is offered
    /// Mark of the verifier from which this one was made when an old scheme was replaced; "" if it was not. Tells a
    /// configuration that still has the old one that nothing changed.
    std::string origin;

    static AccountSecret parse(std::string_view text);
    std::string to_text() const;
    const ScramKeys* find(ScramHash hash) const;
    /// True if this is, or was made from, the secret `configured`, and lacks nothing it has.
    bool stems_from(const AccountSecret& configured) const;
};

/// Makes what an account keeps, of a password. Slow on purpose: cpu lane. Thread-safe.
class SecretMaker {
public:
    SecretMaker(PasswordHasher& hasher, const config::AuthSection& settings);

    std::string make(const std::string& password) const;
    /// With what is missing, or of a scheme that is no longer made; `password` matches it. The same text if nothing is.
    std::string renew(const std::string& text, const std::string& password) const;
    bool is_complete(const AccountSecret& secret) const;

    std::uint32_t iterations() const { return iterations_; }

private:
    void add_keys(AccountSecret& secret, const std::string& password) const;

    PasswordHasher& hasher_;
    std::uint32_t iterations_;
    bool cram_md5_;
};

}  // namespace postern::auth
