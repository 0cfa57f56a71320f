#include "kernel/auth/password_hasher.hpp"

#include <gtest/gtest.h>

namespace postern::auth {
namespace {

/// libsodium's smallest cost: the tests are about the outcome.
struct PasswordHasherTest : testing::Test {
    ArgonHasher hasher{8192, 1};
};

TEST_F(PasswordHasherTest, MakesArgon2idVerifiersThatMatchOnlyTheirPassword) {
    const std::string verifier = hasher.hash("secret");
    EXPECT_TRUE(verifier.starts_with("$argon2id$"));
    EXPECT_TRUE(hasher.matches("secret", verifier));
    EXPECT_FALSE(hasher.matches("Secret", verifier));
    EXPECT_FALSE(hasher.matches("", verifier));
    EXPECT_NE(verifier, hasher.hash("secret"));
}

TEST_F(PasswordHasherTest, ReadsCryptSchemes) {
    // As `openssl passwd -6 -salt saltstring 'Hello world!'` makes them.
    const std::string sha512 =
        "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/"
        "O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1";
    const std::string sha256 = "$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5";
    EXPECT_TRUE(hasher.matches("Hello world!", sha512));
    EXPECT_TRUE(hasher.matches("Hello world!", sha256));
    EXPECT_FALSE(hasher.matches("Hello world", sha256));
    EXPECT_FALSE(hasher.matches(std::string("Hello world!\0x", 14), sha256));
}

TEST_F(PasswordHasherTest, AnythingElseMatchesNothing) {
    for (const char* stored : {"", "secret", "$", "$$", "$nosuch$x$y"}) {
        EXPECT_FALSE(hasher.matches("secret", stored)) << stored;
        EXPECT_FALSE(hasher.matches("", stored)) << stored;
    }
}

TEST(IsVerifier, TellsVerifiersFromPasswords) {
    EXPECT_TRUE(is_verifier("$argon2id$v=19$m=8"));
    EXPECT_TRUE(is_verifier("$6$salt$hash"));
    EXPECT_FALSE(is_verifier("demo"));
    EXPECT_FALSE(is_verifier("$ecret"));
    EXPECT_FALSE(is_verifier(""));
}

}  // namespace
}  // namespace postern::auth
