#include "kernel/auth/scram.hpp"

#include <gtest/gtest.h>

#include "postern/encoding/base64.hpp"
#include "tests/auth/support/scram_client.hpp"

namespace postern::auth {
namespace {

using test::ScramClient;

/// The accounts of the examples: user "user", password "pencil".
ScramKeys example_keys(ScramHash hash) {
    const char* salt = hash == ScramHash::sha1 ? "QSXCR+Q6sek8bf92" : "W22ZaJ0SNY7soEsUEjb6gQ==";
    return derive_scram_keys(hash, "pencil", *decode_base64(salt), 4096);
}

// RFC 5802 section 5.
TEST(ScramTest, DoesTheExampleWithSha1) {
    ScramConversation server(ScramHash::sha1, {});
    ASSERT_TRUE(server.read_first("n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL"));
    EXPECT_EQ(server.user(), "user");
    EXPECT_EQ(server.challenge(example_keys(ScramHash::sha1), "3rfcNHYJY1ZVvWVs7j"),
              "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096");
    const auto said = server.read_final(
        "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=");
    ASSERT_TRUE(said) << said.error().text;
    EXPECT_EQ(*said, "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=");
}

// RFC 7677 section 3.
TEST(ScramTest, DoesTheExampleWithSha256) {
    ScramConversation server(ScramHash::sha256, {});
    ASSERT_TRUE(server.read_first("n,,n=user,r=rOprNGfwEbeRWgbNEkqO"));
    EXPECT_EQ(server.challenge(example_keys(ScramHash::sha256), "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"),
              "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096");
    const auto said = server.read_final(
        "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
        "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
    ASSERT_TRUE(said) << said.error().text;
    EXPECT_EQ(*said, "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
}

struct ScramExchangeTest : testing::Test {
    ScramClient client{ScramHash::sha256, "user", "pencil"};
    ScramChannel channel;

    Result<std::string> run() {
        ScramConversation server(ScramHash::sha256, channel);
        const auto read = server.read_first(client.first());
        if (!read) return read.error();
        const std::string challenge = server.challenge(example_keys(ScramHash::sha256), "server");
        return server.read_final(tamper(client.final(challenge)));
    }
    std::string tamper(std::string message) const {
        if (const auto at = message.find(from); !from.empty() && at != std::string::npos)
            message.replace(at, from.size(), to);
        return message;
    }
    std::string from, to;
};

TEST_F(ScramExchangeTest, BothSidesProve) {
    const auto said = run();
    ASSERT_TRUE(said);
    EXPECT_TRUE(client.believes(*said));
}

TEST_F(ScramExchangeTest, AnotherPasswordFails) {
    client = ScramClient(ScramHash::sha256, "user", "pencils");
    EXPECT_EQ(run().error().code, Errc::authentication_failed);
}

TEST_F(ScramExchangeTest, AnotherNonceFails) {
    from = "r=fyko", to = "r=fyka";
    EXPECT_EQ(run().error().code, Errc::authentication_failed);
}

TEST_F(ScramExchangeTest, AnUnknownExtensionIsCovered) {
    // Ignored, but part of what is proven.
    from = ",p=", to = ",x=1,p=";
    EXPECT_EQ(run().error().code, Errc::authentication_failed);
}

TEST_F(ScramExchangeTest, BindsTheChannel) {
    channel = {true, true, "exported", "", "end point"};
    client.gs2_header = "p=tls-exporter,,";
    client.binding = "exported";
    EXPECT_TRUE(run());
    client.binding = "end point";
    EXPECT_EQ(run().error().code, Errc::authentication_failed);
    client.gs2_header = "p=tls-server-end-point,,";
    EXPECT_TRUE(run());
    client.binding.clear();
    EXPECT_EQ(run().error().code, Errc::authentication_failed);
    client.gs2_header = "p=tls-unique,,";
    EXPECT_EQ(run().error().code, Errc::protocol_violation);
    channel = {true, true, "", "finished", ""};
    client.binding = "finished";
    EXPECT_TRUE(run());
}

TEST_F(ScramExchangeTest, ABoundHeaderMustBeTheOneSaidFirst) {
    channel = {true, true, "exported", "", ""};
    client.gs2_header = "p=tls-exporter,,";
    client.binding = "exported";
    from = "c=" + encode_base64("p=tls-exporter,,exported"), to = "c=biws";
    EXPECT_EQ(run().error().code, Errc::authentication_failed);
}

// Section 6: who hides the -PLUS name from the client is found out.
TEST_F(ScramExchangeTest, ADowngradeIsNoticed) {
    client.gs2_header = "y,,";
    EXPECT_TRUE(run());
    channel.plus_offered = true;
    EXPECT_EQ(run().error().code, Errc::authentication_failed);
    client.gs2_header = "n,,";
    EXPECT_TRUE(run());
}

TEST_F(ScramExchangeTest, TheNameDecidesWhetherTheChannelIsBound) {
    channel = {false, true, "exported", "", ""};
    client.gs2_header = "p=tls-exporter,,";
    EXPECT_EQ(run().error().code, Errc::protocol_violation);
    channel.plus = true;
    client.gs2_header = "n,,";
    EXPECT_EQ(run().error().code, Errc::protocol_violation);
}

TEST(ScramFirstTest, ReadsNamesAndAuthorizationIdentities) {
    ScramConversation server(ScramHash::sha256, {});
    ASSERT_TRUE(server.read_first("n,a=b=3D=2Cc,n=I\u00ADX=2C,r=abc,x=y,z=1=2"));
    EXPECT_EQ(server.authzid(), "b=,c");
    EXPECT_EQ(server.user(), "IX,");
}

TEST(ScramFirstTest, RefusesWhatIsMalformed) {
    using namespace std::string_literals;
    for (const std::string& message : {""s,
                                       "n"s,
                                       "n,"s,
                                       "n,,"s,
                                       "x,,n=user,r=abc"s,
                                       "n,b=x,n=user,r=abc"s,
                                       "n,a=,n=user,r=abc"s,
                                       "n,,m=ext,n=user,r=abc"s,
                                       "n,,n=user"s,
                                       "n,,n=,r=abc"s,
                                       "n,,n=us=2Der,r=abc"s,
                                       "n,,n=user=,r=abc"s,
                                       "n,,n=us\0er,r=abc"s,
                                       "n,,n=\x07,r=abc"s,
                                       "n,,n=\xff,r=abc"s,
                                       "n,,n=\u00AD,r=abc"s,
                                       "n,,n=user,r="s,
                                       "n,,n=user,r=a b"s,
                                       "n,,n=user,r=abc,"s,
                                       "n,,n=user,r=abc,xy"s,
                                       "n,,n=user,r=abc,1=2"s,
                                       "p,,n=user,r=abc"s,
                                       "p=,,n=user,r=abc"s,
                                       "n,,n=user,r=" + std::string(600, 'r'),
                                       "n,,n=" + std::string(9000, 'u') + ",r=abc"}) {
        ScramConversation server(ScramHash::sha256, {});
        const auto read = server.read_first(message);
        ASSERT_FALSE(read) << message;
        EXPECT_EQ(read.error().code, Errc::protocol_violation) << message;
    }
}

TEST(ScramFinalTest, RefusesWhatIsMalformed) {
    for (const char* message : {"", "c=biws", "c=biws,r=abcdef", "c=biws,p=", "c=biws,r=abcdef,p=",
                                "c=biws,r=abcdef,p=x", "c=biws,x=abcdef,p=AAAA", "r=abcdef,c=biws,p=AAAA",
                                "c=biws,r=abcdef,p=AAAA,x=1", "c=biws,r=abcdef,xx,p=AAAA"}) {
        ScramConversation server(ScramHash::sha256, {});
        ASSERT_TRUE(server.read_first("n,,n=user,r=abc"));
        server.challenge(example_keys(ScramHash::sha256), "def");
        const auto read = server.read_final(message);
        ASSERT_FALSE(read) << message;
        EXPECT_EQ(read.error().code, Errc::protocol_violation) << message;
    }
}

TEST(ScramKeysTest, AreKeptAsText) {
    const ScramKeys keys = example_keys(ScramHash::sha1);
    const std::string text = keys.to_text();
    // RFC 5803 section 3.
    EXPECT_EQ(text,
              "SCRAM-SHA-1$4096:QSXCR+Q6sek8bf92$6dlGYMOdZcOPutkcNY8U2g7vK9Y=:D+CSWLOshSulAsxiupA+qs2/fTE=");
    const auto back = ScramKeys::parse(text);
    ASSERT_TRUE(back);
    EXPECT_EQ(back->to_text(), text);
    for (std::size_t size = 0; size < text.size(); ++size)
        EXPECT_FALSE(ScramKeys::parse(text.substr(0, size)));
    EXPECT_FALSE(ScramKeys::parse(text + "AAAA"));
    EXPECT_FALSE(ScramKeys::parse("SCRAM-SHA-1$0:" + text.substr(17)));
    EXPECT_FALSE(ScramKeys::parse("SCRAM-MD5" + text.substr(11)));
}

}  // namespace
}  // namespace postern::auth
