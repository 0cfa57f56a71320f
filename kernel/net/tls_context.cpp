#include "kernel/net/tls_context.hpp"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>
#include <boost/asio/ip/address.hpp>
#include <cstring>
#include <new>

namespace postern::net {

namespace {

std::shared_ptr<SSL_CTX> new_context(const SSL_METHOD* method) {
    std::shared_ptr<SSL_CTX> context(SSL_CTX_new(method), SSL_CTX_free);
    if (!context) throw std::bad_alloc();
    SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
    SSL_CTX_set_options(context.get(), SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
                                           SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_IGNORE_UNEXPECTED_EOF);
    // Idle connections hold no record buffers (design 5).
    SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                        SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
    // Forward secrecy and authenticated encryption only; TLS 1.3 suites are all of that kind.
    SSL_CTX_set_cipher_list(context.get(), "ECDHE+AESGCM:ECDHE+CHACHA20:DHE+AESGCM");
    return context;
}

/// Chooses the protocol's own name. `argument` is the SSL's `const std::string*`.
int select_alpn(SSL* ssl, const unsigned char** out, unsigned char* out_length, const unsigned char* in,
                unsigned in_length, void*) {
    const auto* wanted = static_cast<const std::string*>(SSL_get_app_data(ssl));
    if (wanted == nullptr || wanted->empty()) return SSL_TLSEXT_ERR_NOACK;
    for (unsigned i = 0; i < in_length; i += 1U + in[i]) {
        const std::string_view name(reinterpret_cast<const char*>(in + i + 1), in[i]);
        if (name != *wanted) continue;
        *out = in + i + 1;
        *out_length = in[i];
        return SSL_TLSEXT_ERR_OK;
    }
    return SSL_TLSEXT_ERR_ALERT_FATAL;
}

Result<std::shared_ptr<SSL_CTX>> server_context(const std::string& certificate, const std::string& key) {
    ERR_clear_error();
    auto context = new_context(TLS_server_method());
    if (SSL_CTX_use_certificate_chain_file(context.get(), certificate.c_str()) != 1) {
        return Error(Errc::invalid,
                     "the certificate " + certificate + " cannot be used: " + tls_error_text("unreadable"));
    }
    if (SSL_CTX_use_PrivateKey_file(context.get(), key.c_str(), SSL_FILETYPE_PEM) != 1) {
        return Error(Errc::invalid,
                     "the private key " + key + " cannot be used: " + tls_error_text("unreadable"));
    }
    if (SSL_CTX_check_private_key(context.get()) != 1) {
        return Error(Errc::invalid,
                     "the private key " + key + " does not belong to the certificate " + certificate);
    }
    SSL_CTX_set_num_tickets(context.get(), 1);
    SSL_CTX_set_alpn_select_cb(context.get(), select_alpn, nullptr);
    return context;
}

/// The authorities of a PEM file and no others.
Result<void> trust_only(SSL* ssl, const std::string& file) {
    ERR_clear_error();
    const std::unique_ptr<X509_STORE, decltype(&X509_STORE_free)> authorities(X509_STORE_new(),
                                                                              X509_STORE_free);
    if (!authorities) throw std::bad_alloc();
    if (X509_STORE_load_file(authorities.get(), file.c_str()) != 1) {
        return Error(Errc::invalid, "the certificate authorities " + file +
                                        " cannot be used: " + tls_error_text("unreadable"));
    }
    SSL_set1_verify_cert_store(ssl, authorities.get());
    return {};
}

bool is_ip_address(const std::string& name) {
    boost::system::error_code error;
    boost::asio::ip::make_address(name, error);
    return !error;
}

std::string base64(const unsigned char* data, std::size_t size) {
    std::string out(4 * ((size + 2) / 3) + 1, '\0');
    const int length =
        EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), data, static_cast<int>(size));
    out.resize(static_cast<std::size_t>(length));
    return out;
}

}  // namespace

void SslFree::operator()(SSL* ssl) const {
    SSL_free(ssl);
}

std::string tls_error_text(std::string_view fallback) {
    std::string out;
    while (const auto code = ERR_get_error()) {
        // What follows a failed system call only says that one failed.
        if (ERR_GET_REASON(code) == ERR_R_SYS_LIB && !out.empty()) continue;
        const char* reason =
            ERR_SYSTEM_ERROR(code) ? std::strerror(ERR_GET_REASON(code)) : ERR_reason_error_string(code);
        if (!out.empty()) out += "; ";
        if (reason != nullptr) {
            out += reason;
        } else {
            std::array<char, 160> text{};
            ERR_error_string_n(code, text.data(), text.size());
            out += text.data();
        }
    }
    return out.empty() ? std::string(fallback) : out;
}

Result<std::unique_ptr<TlsServerContext>> TlsServerContext::load(const std::string& certificate,
                                                                 const std::string& key) {
    std::unique_ptr<TlsServerContext> out(new TlsServerContext);
    out->certificate_ = certificate;
    out->key_ = key;
    auto loaded = out->reload();
    if (!loaded) return loaded.error();
    return out;
}

Result<void> TlsServerContext::reload() {
    auto context = server_context(certificate_, key_);
    if (!context) return context.error();
    const std::lock_guard lock(mutex_);
    context_ = std::move(*context);
    return {};
}

SslPtr TlsServerContext::new_session(const std::string& alpn) const {
    const std::lock_guard lock(mutex_);
    SslPtr ssl(SSL_new(context_.get()));
    if (!ssl) throw std::bad_alloc();
    SSL_set_app_data(ssl.get(), const_cast<std::string*>(&alpn));
    SSL_set_accept_state(ssl.get());
    return ssl;
}

std::string TlsServerContext::end_point() const {
    const std::lock_guard lock(mutex_);
    X509* certificate = SSL_CTX_get0_certificate(context_.get());
    int hash = NID_undef;
    if (certificate == nullptr || X509_get_signature_info(certificate, &hash, nullptr, nullptr, nullptr) != 1)
        return "";
    if (hash == NID_undef) return "";
    // The old ones are replaced.
    if (hash == NID_md5 || hash == NID_sha1) hash = NID_sha256;
    const EVP_MD* method = EVP_get_digestbynid(hash);
    std::string out(EVP_MAX_MD_SIZE, '\0');
    unsigned size = 0;
    if (method == nullptr ||
        X509_digest(certificate, method, reinterpret_cast<unsigned char*>(out.data()), &size) != 1)
        return "";
    out.resize(size);
    return out;
}

TlsClientContext::TlsClientContext() : context_(new_context(TLS_client_method())) {
    SSL_CTX_set_default_verify_paths(context_.get());
    // Providers of this world: what a server offers decides, above TLS 1.2.
    SSL_CTX_set_cipher_list(context_.get(), "DEFAULT");
}

Result<SslPtr> TlsClientContext::new_session(const TlsClientOptions& options) const {
    SslPtr ssl(SSL_new(context_.get()));
    if (!ssl) throw std::bad_alloc();
    SSL_set_connect_state(ssl.get());
    const bool numeric = is_ip_address(options.server_name);
    if (!options.server_name.empty() && !numeric)
        SSL_set_tlsext_host_name(ssl.get(), options.server_name.c_str());
    // A pinned key replaces the chain: that is what pinning is for.
    if (!options.verify || !options.pinned_spki_sha256.empty()) return ssl;
    if (options.server_name.empty())
        return Error(Errc::invalid, "a server's certificate needs a name to be verified");
    if (!options.ca_file.empty()) {
        auto trusted = trust_only(ssl.get(), options.ca_file);
        if (!trusted) return trusted.error();
    }
    SSL_set_verify(ssl.get(), SSL_VERIFY_PEER, nullptr);
    auto* parameters = SSL_get0_param(ssl.get());
    if (numeric) {
        X509_VERIFY_PARAM_set1_ip_asc(parameters, options.server_name.c_str());
    } else {
        X509_VERIFY_PARAM_set_hostflags(parameters, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
        X509_VERIFY_PARAM_set1_host(parameters, options.server_name.c_str(), options.server_name.size());
    }
    return ssl;
}

Result<void> TlsClientContext::check_pin(SSL* ssl, const TlsClientOptions& options) {
    if (options.pinned_spki_sha256.empty()) return {};
    const std::unique_ptr<X509, decltype(&X509_free)> certificate(SSL_get1_peer_certificate(ssl), X509_free);
    if (!certificate) return Error(Errc::permission_denied, "the server sent no certificate");
    unsigned char* der = nullptr;
    const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate.get()), &der);
    if (size <= 0) return Error(Errc::permission_denied, "the server's key cannot be read");
    std::array<unsigned char, 32> hash{};
    EVP_Digest(der, static_cast<std::size_t>(size), hash.data(), nullptr, EVP_sha256(), nullptr);
    OPENSSL_free(der);
    const auto found = base64(hash.data(), hash.size());
    if (found == options.pinned_spki_sha256) return {};
    return Error(Errc::permission_denied, "the server's key is " + found + ", not the pinned one");
}

}  // namespace postern::net
