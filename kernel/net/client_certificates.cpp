#include "kernel/net/client_certificates.hpp"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>
#include <new>
#include <optional>

namespace postern::net {

namespace {

struct StoreFree {
    void operator()(X509_STORE* store) const { X509_STORE_free(store); }
};
struct NamesFree {
    void operator()(STACK_OF(X509_NAME) * names) const { sk_X509_NAME_pop_free(names, X509_NAME_free); }
};
struct GeneralNamesFree {
    void operator()(GENERAL_NAMES* names) const { GENERAL_NAMES_free(names); }
};

/// As UTF-8; nullopt if it is empty, no text or has a NUL in it.
std::optional<std::string> text_of(const ASN1_STRING* string) {
    unsigned char* octets = nullptr;
    const int size = ASN1_STRING_to_UTF8(&octets, string);
    if (size < 0) return std::nullopt;
    std::string out(reinterpret_cast<const char*>(octets), static_cast<std::size_t>(size));
    OPENSSL_free(octets);
    if (out.empty() || out.find('\0') != std::string::npos) return std::nullopt;
    return out;
}

using Texts = std::vector<std::optional<std::string>>;

Texts of_subject(X509* certificate, int kind) {
    Texts out;
    const X509_NAME* subject = X509_get_subject_name(certificate);
    for (int at = X509_NAME_get_index_by_NID(subject, kind, -1); at >= 0;
         at = X509_NAME_get_index_by_NID(subject, kind, at)) {
        out.push_back(text_of(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at))));
    }
    return out;
}

Texts alternative_addresses(X509* certificate) {
    Texts out;
    const std::unique_ptr<GENERAL_NAMES, GeneralNamesFree> names(
        static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
    for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
        const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
        if (name->type == GEN_EMAIL) out.push_back(text_of(name->d.rfc822Name));
    }
    return out;
}

}  // namespace

struct ClientCertificates::Parts {
    std::unique_ptr<X509_STORE, StoreFree> authorities;
    std::unique_ptr<STACK_OF(X509_NAME), NamesFree> names;
    std::array<unsigned char, 32> context{};  ///< sessions of other listeners are not resumed here
};

ClientCertificates::ClientCertificates(std::unique_ptr<Parts> parts, CertificateField field)
    : parts_(std::move(parts)), field_(field) {}
ClientCertificates::~ClientCertificates() = default;

Result<std::shared_ptr<const ClientCertificates>> ClientCertificates::load(const std::string& authorities,
                                                                           CertificateField field) {
    ERR_clear_error();
    auto parts = std::make_unique<Parts>();
    parts->authorities.reset(X509_STORE_new());
    if (!parts->authorities) throw std::bad_alloc();
    const bool loaded = X509_STORE_load_file(parts->authorities.get(), authorities.c_str()) == 1;
    if (loaded) parts->names.reset(SSL_load_client_CA_file(authorities.c_str()));
    if (!parts->names) {
        return Error(Errc::invalid, "the certificate authorities " + authorities +
                                        " cannot be used: " + tls_error_text("unreadable"));
    }
    const std::string identity = authorities + (field == CertificateField::email ? " email" : " common_name");
    EVP_Digest(identity.data(), identity.size(), parts->context.data(), nullptr, EVP_sha256(), nullptr);
    return std::shared_ptr<const ClientCertificates>(new ClientCertificates(std::move(parts), field));
}

void ClientCertificates::ask(SSL* ssl) const {
    SSL_set1_verify_cert_store(ssl, parts_->authorities.get());
    SSL_set_client_CA_list(ssl, SSL_dup_CA_list(parts_->names.get()));
    SSL_set_session_id_context(ssl, parts_->context.data(), static_cast<unsigned>(parts_->context.size()));
    SSL_set_verify(ssl, SSL_VERIFY_PEER, nullptr);
}

std::string ClientCertificates::name_of(SSL* ssl) const {
    X509* certificate = SSL_get0_peer_certificate(ssl);
    if (certificate == nullptr || SSL_get_verify_result(ssl) != X509_V_OK) return "";
    Texts names;
    if (field_ == CertificateField::common_name) names = of_subject(certificate, NID_commonName);
    // RFC 5280 section 4.1.2.6: the address belongs into the extension; old certificates have it in the subject.
    if (field_ == CertificateField::email) names = alternative_addresses(certificate);
    if (field_ == CertificateField::email && names.empty())
        names = of_subject(certificate, NID_pkcs9_emailAddress);
    return names.size() == 1 && names[0] ? *names[0] : "";
}

}  // namespace postern::net
