// EXTERNAL, ANONYMOUS and CRAM-MD5 with accounts.
#include "kernel/auth/cram_md5.hpp"
#include "tests/auth/support/sasl_world.hpp"

namespace postern::auth {
namespace {

using test::quick_settings;
using test::SaslWorld;

struct ExternalTest : SaslWorld {
    ExternalTest() { peer_.tls = &tls_; }
    TlsInfo tls_{"TLSv1.3", "", "", "anna@example.org", ""};
};

TEST_F(ExternalTest, WhomTheCertificateNamesIsSignedIn) {
    add_account("anna@example.org", "");
    auto& external = mechanism("EXTERNAL");
    EXPECT_EQ(run(external, "", {})->login, "anna@example.org");
    EXPECT_EQ(run(external, "anna@example.org", {})->login, "anna@example.org");
    EXPECT_TRUE(run(external, std::nullopt, {[](const std::string&) { return std::string(); }}));
    EXPECT_EQ(run(external, "ben@example.org", {}).error().code, Errc::permission_denied);
    EXPECT_EQ(run(external, "\xff", {}).error().code, Errc::protocol_violation);
}

TEST_F(ExternalTest, ACertificateForNobodyFails) {
    EXPECT_EQ(run(mechanism("EXTERNAL"), "", {}).error().code, Errc::authentication_failed);
}

TEST_F(ExternalTest, OnlyWithACertificate) {
    EXPECT_TRUE(mechanism("EXTERNAL").available(peer_));
    tls_.peer_subject.clear();
    EXPECT_FALSE(mechanism("EXTERNAL").available(peer_));
    peer_.tls = nullptr;
    EXPECT_FALSE(mechanism("EXTERNAL").available(peer_));
}

TEST_F(ExternalTest, AnonymousIsNotOfferedUnasked) {
    for (const auto& one : mechanisms_.all()) EXPECT_NE(one.name, "ANONYMOUS");
}

config::AuthSection with_guests() {
    auto settings = quick_settings();
    settings.anonymous = "guests";
    return settings;
}

struct AnonymousTest : SaslWorld {
    AnonymousTest() : SaslWorld(with_guests()) { add_account("guests", ""); }
};

TEST_F(AnonymousTest, EverybodyIsTheSameAccount) {
    EXPECT_EQ(run(mechanism("ANONYMOUS"), "sirhc", {})->login, "guests");
    EXPECT_EQ(run(mechanism("ANONYMOUS"), "", {})->login, "guests");
    EXPECT_EQ(run(mechanism("ANONYMOUS"), std::string(2000, 'x'), {}).error().code, Errc::protocol_violation);
    EXPECT_EQ(run(mechanism("ANONYMOUS"), "\xff", {}).error().code, Errc::protocol_violation);
}

config::AuthSection with_cram_md5() {
    auto settings = quick_settings();
    settings.mechanisms = {"PLAIN", "CRAM-MD5"};
    return settings;
}

// RFC 2195 section 2.
TEST(CramMd5Test, DoesTheExample) {
    EXPECT_EQ(cram_md5_digest(cram_md5_key("tanstaaftanstaaf"), "<1896.697170952@postoffice.reston.mci.net>"),
              "b913a602c7eda7a495b4e6e7334d3890");
}

// RFC 2202 section 2, cases 2 and 6: short keys, and one longer than a block.
TEST(CramMd5Test, DoesTheCasesOfHmac) {
    EXPECT_EQ(cram_md5_digest(cram_md5_key("Jefe"), "what do ya want for nothing?"),
              "750c783e6ab0b503eaa86e310a5db738");
    EXPECT_EQ(cram_md5_digest(cram_md5_key(std::string(80, '\xaa')),
                              "Test Using Larger Than Block-Size Key - Hash Key First"),
              "6b1ab7fe4bd7bf8f0b62e6ce61b9d0cd");
}

struct CramMd5MechanismTest : SaslWorld {
    CramMd5MechanismTest() : SaslWorld(with_cram_md5()) {}
    Result<Identity> cram_md5(const std::string& user, const std::string& password) {
        return run(mechanism("CRAM-MD5"), std::nullopt, {[&](const std::string& challenge) {
                       challenges_.push_back(challenge);
                       return user + ' ' + cram_md5_digest(cram_md5_key(password), challenge);
                   }});
    }
    std::vector<std::string> challenges_;
};

TEST_F(CramMd5MechanismTest, SignsIn) {
    add_account("anna lee", secrets_.make("secret"));
    EXPECT_EQ(cram_md5("anna lee", "secret")->login, "anna lee");
    EXPECT_EQ(cram_md5("anna lee", "wrong").error().code, Errc::authentication_failed);
    EXPECT_EQ(cram_md5("nobody", "secret").error().code, Errc::authentication_failed);
    ASSERT_EQ(challenges_.size(), 3U);
    EXPECT_NE(challenges_[0], challenges_[1]);
    EXPECT_TRUE(challenges_[0].starts_with('<'));
    EXPECT_TRUE(challenges_[0].ends_with("@mx.example.org>"));
}

TEST_F(CramMd5MechanismTest, KeysAreThereOnlyWhileItIsListed) {
    const std::string text = secrets_.make("secret");
    EXPECT_NE(text.find("CRAM-MD5$"), std::string::npos);
    EXPECT_EQ(AccountSecret::parse(text).to_text(), text);
    const SecretMaker usual(hasher_, quick_settings());
    EXPECT_FALSE(usual.is_complete(AccountSecret::parse(text)));
    const std::string without = usual.renew(text, "secret");
    EXPECT_EQ(without.find("CRAM-MD5$"), std::string::npos);
    EXPECT_EQ(secrets_.renew(without, "secret"), text);
    EXPECT_FALSE(MechanismPolicy(quick_settings(), false).allows("CRAM-MD5"));
}

TEST_F(CramMd5MechanismTest, RefusesWhatIsMalformed) {
    for (const std::string response : {"", "anna", "anna 00", " 00000000000000000000000000000000"}) {
        const auto result =
            run(mechanism("CRAM-MD5"), std::nullopt, {[&](const std::string&) { return response; }});
        EXPECT_EQ(result.error().code, Errc::protocol_violation) << response;
    }
    EXPECT_EQ(run(mechanism("CRAM-MD5"), "anna", {}).error().code, Errc::protocol_violation);
}

TEST_F(CramMd5MechanismTest, FailuresLockOut) {
    add_account("anna", secrets_.make("secret"));
    for (int i = 0; i < 3; ++i) EXPECT_FALSE(cram_md5("anna", "wrong"));
    EXPECT_EQ(cram_md5("anna", "secret").error().code, Errc::unavailable);
}

}  // namespace
}  // namespace postern::auth
