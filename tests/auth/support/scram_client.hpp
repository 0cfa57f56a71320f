#pragma once
// The client's side of SCRAM (RFC 5802 section 3).
#include <string>
#include <string_view>

#include "kernel/auth/scram.hpp"

namespace postern::auth::test {

class ScramClient {
public:
    ScramClient(ScramHash hash, std::string user, std::string password)
        : hash_(hash), user_(std::move(user)), password_(std::move(password)) {}

    std::string gs2_header = "n,,";
    std::string binding;  ///< data after the header
    std::string nonce = "fyko+d2lbbFgONRv9qkxdawL";

    std::string first();
    /// Answers client-final-message; "" if the challenge makes no sense.
    std::string final(std::string_view challenge);
    /// Whether the server knows the password, too.
    bool believes(std::string_view server_final) const { return server_final == expected_; }
    const std::string& salt() const { return salt_; }

private:
    ScramHash hash_;
    std::string user_;
    std::string password_;
    std::string first_bare_;
    std::string salt_;
    std::string expected_;
};

}  // namespace postern::auth::test
