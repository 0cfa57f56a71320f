#pragma once
// Certificates made on the spot.
#include <string>

namespace postern::net {

/// A self-signed certificate for "localhost" and 127.0.0.1 in two PEM files, removed when it ends. `name` is its CN.
class TestCertificate {
public:
    explicit TestCertificate(const std::string& name);
    ~TestCertificate();
    TestCertificate(const TestCertificate&) = delete;
    TestCertificate& operator=(const TestCertificate&) = delete;

    /// Replaces the files by those of a new key.
    void renew(const std::string& name);
    const std::string& certificate() const { return certificate_; }
    const std::string& key() const { return key_; }
    /// Base64 of the SHA-256 of the public key, as TlsClientOptions pins it.
    const std::string& pin() const { return pin_; }

private:
    std::string certificate_;
    std::string key_;
    std::string pin_;
};

}  // namespace postern::net
