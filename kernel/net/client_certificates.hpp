#pragma once
// Certificates of clients: which a listener believes, and whom they name.
#include <memory>
#include <string>
#include <vector>

#include "kernel/net/tls_context.hpp"

namespace postern::net {

/// Where a certificate names the account.
enum class CertificateField : int { email, common_name };

/// Immutable; any thread.
class ClientCertificates {
public:
    /// `authorities`: PEM. The error says what is wrong with it.
    static Result<std::shared_ptr<const ClientCertificates>> load(const std::string& authorities,
                                                                  CertificateField field);
    ~ClientCertificates();

    /// Before the handshake: the client is asked for a certificate. Who sends one that the authorities have not signed is
    /// turned away; who sends none goes on without.
    void ask(SSL* ssl) const;
    /// After it: whom the certificate names; "" if there is none, or it names nobody or several.
    std::string name_of(SSL* ssl) const;

private:
    struct Parts;
    ClientCertificates(std::unique_ptr<Parts> parts, CertificateField field);

    std::unique_ptr<Parts> parts_;
    CertificateField field_;
};

}  // namespace postern::net
