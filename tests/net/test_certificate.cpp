#include "tests/net/test_certificate.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <vector>

namespace postern::net {

namespace {

template <class T, void (*Free)(T*)>
struct Deleter {
    void operator()(T* object) const { Free(object); }
};
using Key = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY, EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Deleter<X509, X509_free>>;

void add_extension(X509* certificate, int kind, const char* value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
    auto* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
}

Certificate self_signed(EVP_PKEY* key, const std::string& name) {
    Certificate out(X509_new());
    X509_set_version(out.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(out.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(out.get()), -3600);
    X509_gmtime_adj(X509_getm_notAfter(out.get()), 3600);
    X509_set_pubkey(out.get(), key);
    auto* subject = X509_get_subject_name(out.get());
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
    X509_set_issuer_name(out.get(), subject);
    add_extension(out.get(), NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1");
    add_extension(out.get(), NID_basic_constraints, "critical,CA:TRUE");
    X509_sign(out.get(), key, EVP_sha256());
    return out;
}

std::string pin_of(X509* certificate) {
    unsigned char* der = nullptr;
    const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
    unsigned char hash[32];
    EVP_Digest(der, static_cast<std::size_t>(size), hash, nullptr, EVP_sha256(), nullptr);
    OPENSSL_free(der);
    char text[64] = {};
    EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text), hash, sizeof hash);
    return text;
}

}  // namespace

TestCertificate::TestCertificate(const std::string& name) {
    static int count = 0;
    const auto base = std::filesystem::temp_directory_path() /
                      ("postern-test-" + std::to_string(getpid()) + "-" + std::to_string(++count));
    certificate_ = base.string() + ".pem";
    key_ = base.string() + ".key";
    renew(name);
}

TestCertificate::~TestCertificate() {
    std::filesystem::remove(certificate_);
    std::filesystem::remove(key_);
}

void TestCertificate::renew(const std::string& name) {
    const Key key(EVP_EC_gen("P-256"));
    const auto certificate = self_signed(key.get(), name);
    pin_ = pin_of(certificate.get());
    std::FILE* file = std::fopen(certificate_.c_str(), "w");
    PEM_write_X509(file, certificate.get());
    std::fclose(file);
    file = std::fopen(key_.c_str(), "w");
    PEM_write_PrivateKey(file, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    std::fclose(file);
}

}  // namespace postern::net
