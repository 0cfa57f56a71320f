// SCRAM with accounts: keys, names nobody has, rates and lock-outs.
#include "kernel/auth/scram_mechanism.hpp"

#include "tests/auth/support/sasl_world.hpp"
#include "tests/auth/support/scram_client.hpp"

namespace postern::auth {
namespace {

using test::SaslWorld;
using test::ScramClient;

struct ScramMechanismTest : SaslWorld {
    Result<Identity> scram(ScramClient& client, std::string_view name = "SCRAM-SHA-256") {
        std::string server_final;
        auto result = run(mechanism(name), client.first(),
                          {[&](const std::string& challenge) { return client.final(challenge); },
                           [&](const std::string& said) {
                               server_final = said;
                               return std::string();
                           }});
        EXPECT_TRUE(!result || client.believes(server_final));
        return result;
    }
    Result<Identity> scram(const std::string& user, const std::string& password) {
        ScramClient client(ScramHash::sha256, user, password);
        return scram(client);
    }
};

TEST_F(ScramMechanismTest, SignsIn) {
    add_account("anna", secrets_.make("secret"));
    const auto identity = scram("anna", "secret");
    ASSERT_TRUE(identity) << identity.error().text;
    EXPECT_EQ(identity->login, "anna");
    EXPECT_EQ(scram("anna", "Secret").error().code, Errc::authentication_failed);
    ScramClient old(ScramHash::sha1, "anna", "secret");
    EXPECT_TRUE(scram(old, "SCRAM-SHA-1"));
}

TEST_F(ScramMechanismTest, TheFirstMessageMayComeAfterAnEmptyChallenge) {
    add_account("anna", secrets_.make("secret"));
    ScramClient client(ScramHash::sha256, "anna", "secret");
    const auto identity = run(mechanism("SCRAM-SHA-256"), std::nullopt,
                              {[&](const std::string&) { return client.first(); },
                               [&](const std::string& challenge) { return client.final(challenge); },
                               [&](const std::string&) { return std::string(); }});
    EXPECT_TRUE(identity);
}

TEST_F(ScramMechanismTest, NamesAndPasswordsArePrepared) {
    add_account("J\u00E9r,ome", secrets_.make("pa\u00A0ss\u2168"));
    EXPECT_TRUE(scram("Je\u0301r=2Come", "pa ssIX"));
    ScramClient client(ScramHash::sha256, "J\u00E9r=2Come", "pa ssIX");
    client.gs2_header = "n,a=Je\u0301r=2Come,";
    EXPECT_TRUE(scram(client));
}

TEST_F(ScramMechanismTest, ActingForAnotherIsNotAllowed) {
    add_account("anna", secrets_.make("secret"));
    ScramClient client(ScramHash::sha256, "anna", "secret");
    client.gs2_header = "n,a=ben,";
    EXPECT_EQ(scram(client).error().code, Errc::permission_denied);
    client.gs2_header = "n,a=anna,";
    EXPECT_TRUE(scram(client));
}

TEST_F(ScramMechanismTest, ASignInWithThePasswordAddsTheKeys) {
    add_account("anna", hasher_.hash("secret"));
    EXPECT_EQ(scram("anna", "secret").error().code, Errc::authentication_failed);
    EXPECT_FALSE(sign_in("anna", "wrong"));
    EXPECT_EQ(secret_of("anna").find(' '), std::string::npos);
    ASSERT_TRUE(sign_in("anna", "secret"));
    EXPECT_TRUE(secrets_.is_complete(AccountSecret::parse(secret_of("anna"))));
    EXPECT_TRUE(scram("anna", "secret"));
    // The next one finds nothing to do.
    const std::string before = secret_of("anna");
    ASSERT_TRUE(sign_in("anna", "secret"));
    EXPECT_EQ(secret_of("anna"), before);
}

TEST_F(ScramMechanismTest, ASignInWithThePasswordReplacesAnOldHash) {
    add_account("anna", "$5$salt$kpa26zwgX83BPSR8d7w93OIXbFt/d3UOTZaAu5vsTM6");
    ASSERT_TRUE(sign_in("anna", "secret"));
    EXPECT_TRUE(secret_of("anna").starts_with("$argon2id$"));
    EXPECT_TRUE(scram("anna", "secret"));
    // At the next start the configuration still has the old hash.
    config::UserEntry user{"anna", "$5$salt$kpa26zwgX83BPSR8d7w93OIXbFt/d3UOTZaAu5vsTM6", {}};
    ASSERT_TRUE(runtime_.run(provision_users(runtime_, mail_, hasher_, secrets_, {user})));
    EXPECT_TRUE(scram("anna", "secret"));
}

/// While it hashes, somebody sets another password.
class InterruptedHasher final : public PasswordHasher {
public:
    InterruptedHasher(PasswordHasher& hasher, std::function<void()> meanwhile)
        : hasher_(hasher), meanwhile_(std::move(meanwhile)) {}
    std::string hash(const std::string& password) override {
        meanwhile_();
        return hasher_.hash(password);
    }
    bool matches(const std::string& password, const std::string& verifier) override {
        return hasher_.matches(password, verifier);
    }

private:
    PasswordHasher& hasher_;
    std::function<void()> meanwhile_;
};

TEST_F(ScramMechanismTest, APasswordSetDuringASignInStays) {
    const std::string old_hash = "$5$salt$kpa26zwgX83BPSR8d7w93OIXbFt/d3UOTZaAu5vsTM6";
    add_account("anna", old_hash);
    const std::string fresh = secrets_.make("another");
    InterruptedHasher hasher(hasher_, [&] {
        auto session = store_.connect();
        const auto account = (*session)->find_account("anna");
        EXPECT_TRUE((*session)->update_account(account->id, fresh, std::nullopt));
    });
    SecretMaker secrets(hasher, settings_);
    LocalAuthenticator local(runtime_, mail_, exchange_, hasher, secrets, settings_.cache);
    Credentials credentials;
    credentials.login = "anna";
    credentials.password = "secret";
    EXPECT_TRUE(runtime_.run(local.verify(credentials)));
    EXPECT_EQ(secret_of("anna"), fresh);
    // The store decides, at the moment of the change.
    const auto account = runtime_.run(mail_.find_account("anna"));
    EXPECT_EQ(runtime_.run(exchange_.exchange(account->id, old_hash, "x")).error().code, Errc::conflict);
    EXPECT_EQ(secret_of("anna"), fresh);
    EXPECT_TRUE(runtime_.run(exchange_.exchange(account->id, fresh, "x")));
    EXPECT_EQ(secret_of("anna"), "x");
}

TEST_F(ScramMechanismTest, UsersOfTheConfigurationHaveKeys) {
    config::UserEntry user{"anna", "secret", {}};
    ASSERT_TRUE(runtime_.run(provision_users(runtime_, mail_, hasher_, secrets_, {user})));
    EXPECT_TRUE(scram("anna", "secret"));
    const std::string before = secret_of("anna");
    ASSERT_TRUE(runtime_.run(provision_users(runtime_, mail_, hasher_, secrets_, {user})));
    EXPECT_EQ(secret_of("anna"), before);
    user.secret = "another";
    ASSERT_TRUE(runtime_.run(provision_users(runtime_, mail_, hasher_, secrets_, {user})));
    EXPECT_FALSE(scram("anna", "secret"));
    EXPECT_TRUE(scram("anna", "another"));
}

// Names nobody has, accounts without a password and accounts with one answer alike.
TEST_F(ScramMechanismTest, AnAttemptTellsNothing) {
    add_account("anna", secrets_.make("secret"));
    add_account("bare", hasher_.hash("secret"));
    add_account("gateway", "");
    std::string salts[2];
    for (std::string& salt : salts) {
        ScramClient nobody(ScramHash::sha256, "nobody", "secret");
        EXPECT_EQ(scram(nobody).error().code, Errc::authentication_failed);
        salt = nobody.salt();
    }
    EXPECT_EQ(salts[0], salts[1]);
    EXPECT_EQ(salts[0].size(), 16U);
    for (const char* name : {"anna", "bare", "gateway"}) {
        ScramClient client(ScramHash::sha256, name, "wrong");
        const auto result = scram(client);
        EXPECT_EQ(result.error().code, Errc::authentication_failed) << name;
        EXPECT_EQ(result.error().text, scram("nobody2", "x").error().text) << name;
        EXPECT_EQ(client.salt().size(), 16U) << name;
        EXPECT_NE(client.salt(), salts[0]) << name;
    }
}

TEST_F(ScramMechanismTest, FailuresLockOutWithEveryMechanism) {
    add_account("anna", secrets_.make("secret"));
    EXPECT_FALSE(scram("anna", "wrong"));
    EXPECT_FALSE(sign_in("anna", "wrong"));
    ScramClient old(ScramHash::sha1, "anna", "wrong");
    EXPECT_FALSE(scram(old, "SCRAM-SHA-1"));
    EXPECT_EQ(scram("anna", "secret").error().code, Errc::unavailable);
    EXPECT_EQ(sign_in("anna", "secret").error().code, Errc::unavailable);
    add_account("ben", secrets_.make("secret"));
    EXPECT_TRUE(scram("ben", "secret"));
}

TEST_F(ScramMechanismTest, ExchangesBegunBeforehandAreNoWayAround) {
    add_account("anna", secrets_.make("secret"));
    ScramClient client(ScramHash::sha256, "anna", "secret");
    const auto exchange = mechanism("SCRAM-SHA-256").start(peer_);
    const auto challenge = runtime_.run(exchange->step(client.first()));
    ASSERT_TRUE(challenge);
    for (int i = 0; i < 3; ++i) EXPECT_FALSE(scram("anna", "wrong"));
    const auto verdict = runtime_.run(exchange->step(client.final(challenge->challenge)));
    ASSERT_FALSE(verdict);
    EXPECT_EQ(verdict.error().code, Errc::unavailable);
}

TEST_F(ScramMechanismTest, ASuccessForgivesTheAccount) {
    add_account("anna", secrets_.make("secret"));
    for (int i = 0; i < 3; ++i) {
        EXPECT_FALSE(scram("anna", "wrong"));
        EXPECT_FALSE(scram("anna", "wrong"));
        EXPECT_TRUE(scram("anna", "secret"));
    }
}

TEST_F(ScramMechanismTest, PlusIsOfferedWhereThereIsAChannelToBind) {
    TlsInfo tls{"TLSv1.3", "", "", "", ""};
    EXPECT_TRUE(mechanism("SCRAM-SHA-256").available(peer_));
    EXPECT_FALSE(mechanism("SCRAM-SHA-256-PLUS").available(peer_));
    peer_.tls = &tls;
    EXPECT_FALSE(mechanism("SCRAM-SHA-256-PLUS").available(peer_));
    tls.channel_binding = "exported";
    EXPECT_TRUE(mechanism("SCRAM-SHA-256-PLUS").available(peer_));
    add_account("anna", secrets_.make("secret"));
    ScramClient client(ScramHash::sha256, "anna", "secret");
    client.gs2_header = "p=tls-exporter,,";
    client.binding = "exported";
    EXPECT_TRUE(scram(client, "SCRAM-SHA-256-PLUS"));
    client.gs2_header = "p=tls-server-end-point,,";
    client.binding = "end point";
    EXPECT_TRUE(scram(client, "SCRAM-SHA-256-PLUS"));
    tls.protocol = "TLSv1.2";
    client.gs2_header = "p=tls-unique,,";
    client.binding = "exported";
    EXPECT_TRUE(scram(client, "SCRAM-SHA-256-PLUS"));
    client.binding = "another channel";
    EXPECT_EQ(scram(client, "SCRAM-SHA-256-PLUS").error().code, Errc::authentication_failed);
    client.gs2_header = "y,,";
    client.binding = "";
    EXPECT_EQ(scram(client).error().code, Errc::authentication_failed);
}

TEST_F(ScramMechanismTest, AClientMayStopOrSayTooMuch) {
    add_account("anna", secrets_.make("secret"));
    ScramClient client(ScramHash::sha256, "anna", "secret");
    const auto result = run(mechanism("SCRAM-SHA-256"), client.first(),
                            {[&](const std::string& challenge) { return client.final(challenge); },
                             [&](const std::string&) { return std::string("more"); }});
    EXPECT_EQ(result.error().code, Errc::protocol_violation);
    EXPECT_EQ(run(mechanism("SCRAM-SHA-256"), "nonsense", {}).error().code, Errc::protocol_violation);
}

TEST(MechanismPolicyTest, OffersTheUsualOrWhatIsListed) {
    config::AuthSection settings;
    EXPECT_TRUE(MechanismPolicy(settings, false).allows("SCRAM-SHA-256"));
    EXPECT_TRUE(MechanismPolicy(settings, false).allows("PLAIN"));
    // A gateway's accounts have no keys.
    EXPECT_FALSE(MechanismPolicy(settings, true).allows("scram-sha-1-plus"));
    EXPECT_TRUE(MechanismPolicy(settings, true).allows("LOGIN"));
    settings.mechanisms = {"scram-sha-256", "PLAIN"};
    EXPECT_TRUE(MechanismPolicy(settings, true).allows("SCRAM-SHA-256"));
    EXPECT_TRUE(MechanismPolicy(settings, true).allows("plain"));
    EXPECT_FALSE(MechanismPolicy(settings, true).allows("LOGIN"));
}

}  // namespace
}  // namespace postern::auth
