#include "kernel/auth/account_secret.hpp"

#include <gtest/gtest.h>

#include "kernel/auth/password_hasher.hpp"

namespace postern::auth {
namespace {

/// "secret", as `openssl passwd -5 -salt salt` makes it.
constexpr const char* old_hash = "$5$salt$kpa26zwgX83BPSR8d7w93OIXbFt/d3UOTZaAu5vsTM6";

struct AccountSecretTest : testing::Test {
    ArgonHasher hasher{8192, 1};
    config::AuthSection settings;
    SecretMaker maker = make_maker();

    SecretMaker make_maker() {
        settings.scram_iterations = 4096;
        return SecretMaker(hasher, settings);
    }
};

TEST_F(AccountSecretTest, HoldsWhatEveryMechanismNeeds) {
    const std::string text = maker.make("secret");
    const AccountSecret secret = AccountSecret::parse(text);
    EXPECT_TRUE(hasher.matches("secret", secret.verifier));
    ASSERT_NE(secret.find(ScramHash::sha1), nullptr);
    ASSERT_NE(secret.find(ScramHash::sha256), nullptr);
    EXPECT_EQ(secret.find(ScramHash::sha256)->iterations, 4096U);
    EXPECT_NE(secret.find(ScramHash::sha256)->salt, secret.find(ScramHash::sha1)->salt);
    EXPECT_TRUE(maker.is_complete(secret));
    EXPECT_EQ(secret.to_text(), text);
    EXPECT_EQ(maker.renew(text, "secret"), text);
    EXPECT_EQ(text.find("secret"), std::string::npos);
}

TEST_F(AccountSecretTest, ABareVerifierGetsKeys) {
    const std::string bare = hasher.hash("secret");
    const AccountSecret secret = AccountSecret::parse(maker.renew(bare, "secret"));
    EXPECT_EQ(secret.verifier, bare);
    EXPECT_TRUE(maker.is_complete(secret));
    EXPECT_EQ(secret.origin, "");
}

TEST_F(AccountSecretTest, AnOldSchemeIsReplaced) {
    ASSERT_TRUE(hasher.matches("secret", old_hash));
    const AccountSecret secret = AccountSecret::parse(maker.renew(old_hash, "secret"));
    EXPECT_TRUE(secret.verifier.starts_with("$argon2id$"));
    EXPECT_TRUE(hasher.matches("secret", secret.verifier));
    EXPECT_TRUE(maker.is_complete(secret));
    // The configuration may still have the old one.
    EXPECT_TRUE(secret.stems_from(AccountSecret::parse(old_hash)));
    EXPECT_FALSE(secret.stems_from(AccountSecret::parse("$5$salt$another")));
}

TEST_F(AccountSecretTest, AConfiguredSecretWithKeysWantsThem) {
    const AccountSecret configured = AccountSecret::parse(maker.make("secret"));
    AccountSecret stored = AccountSecret::parse(configured.verifier);
    EXPECT_FALSE(stored.stems_from(configured));
    EXPECT_TRUE(configured.stems_from(stored));
    EXPECT_TRUE(configured.stems_from(configured));
}

TEST_F(AccountSecretTest, WhatCannotBePreparedSignsInWithPlainOnly) {
    const std::string text = maker.make("bell\a");
    const AccountSecret secret = AccountSecret::parse(text);
    EXPECT_TRUE(hasher.matches("bell\a", secret.verifier));
    EXPECT_TRUE(secret.scram.empty());
    EXPECT_EQ(maker.renew(text, "bell\a"), text);
}

TEST_F(AccountSecretTest, WordsItDoesNotKnowAreLeftOut) {
    const AccountSecret secret = AccountSecret::parse("$5$x$y SCRAM-SHA-1$broken other  ");
    EXPECT_EQ(secret.verifier, "$5$x$y");
    EXPECT_TRUE(secret.scram.empty());
    EXPECT_EQ(AccountSecret::parse("").verifier, "");
}

}  // namespace
}  // namespace postern::auth
