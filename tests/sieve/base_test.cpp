// RFC 5228 without extensions of other RFCs
#include "tests/sieve/support/sieve_fixture.hpp"

namespace postern::sieve::test {
namespace {

using Sieve = SieveFixture;

TEST_F(Sieve, BaseAloneAnnouncesItself) {
    load_only({});
    EXPECT_EQ(engine().registry().capability_names(),
              (std::vector<std::string>{"comparator-i;ascii-casemap", "comparator-i;octet",
                                        "encoded-character", "envelope", "fileinto"}));
    EXPECT_EQ(run("if header :contains \"subject\" \"ben\" { discard; }"), "discard");
}

TEST_F(Sieve, ImplicitKeep) {
    EXPECT_EQ(run(""), kept);
    EXPECT_EQ(run("keep;"), "keep");
    EXPECT_EQ(run("keep; keep;"), "keep");
    EXPECT_EQ(run("discard;"), "discard");
    EXPECT_EQ(run("redirect \"x@example.com\";"), "redirect address=\"x@example.com\"");
    EXPECT_EQ(run("stop; discard;"), kept);
    EXPECT_EQ(run("require \"fileinto\"; fileinto \"a\"; fileinto \"a\"; fileinto \"b\";"),
              "fileinto mailbox=\"a\"\nfileinto mailbox=\"b\"");
    EXPECT_EQ(run("discard; keep;"), "discard\nkeep");
}

TEST_F(Sieve, Branches) {
    const std::string script =
        "if false { discard; } elsif header \"X-Number\" \"42\" { keep; } else { stop; }";
    EXPECT_EQ(run(script), "keep");
    EXPECT_EQ(run("if false { discard; } else { redirect \"a@b.example\"; }"),
              "redirect address=\"a@b.example\"");
    EXPECT_EQ(run("if anyof (false, true) { discard; }"), "discard");
    EXPECT_EQ(run("if allof (true, not true) { discard; }"), kept);
    EXPECT_EQ(check("else { keep; }"), "line 1, column 1: \"else\" without \"if\"\n");
    EXPECT_EQ(check("if true { keep; } else { } elsif true { }"),
              "line 1, column 28: \"elsif\" without \"if\"\n");
    EXPECT_EQ(check("if keep { }"), "line 1, column 4: there is no test \"keep\"\n");
}

TEST_F(Sieve, Header) {
    EXPECT_TRUE(holds("",
                      "header \"subject\" \"GR\xc3\xbc\xc3\x9f"
                      "E FROM BEN\""));
    EXPECT_TRUE(holds("", "header :contains [\"x-none\", \"subject\"] [\"nobody\", \"\xc3\xbc\xc3\x9f\"]"));
    EXPECT_FALSE(holds("", "header :is :comparator \"i;octet\" \"X-Number\" \"4\""));
    EXPECT_TRUE(holds("", "header :matches \"subject\" \"Gr??e*BEN\""));
    EXPECT_FALSE(holds("", "header :matches :comparator \"i;octet\" \"subject\" \"*BEN\""));
    EXPECT_TRUE(holds("", "header :matches \"X-Number\" \"\\\\4?\""));
    EXPECT_FALSE(holds("", "header :matches \"X-Number\" \"\\\\*\""));
    EXPECT_TRUE(holds("", "header :contains \"received\" \"c.example\""));
    EXPECT_FALSE(holds("", "header :contains \"x-none\" \"\""));
    EXPECT_TRUE(holds("", "header :is \"x-empty\" \"\"", "X-Empty:   \r\n\r\n"));
}

TEST_F(Sieve, AddressExistsSize) {
    EXPECT_TRUE(holds("", "address :all \"from\" \"ben+work@example.net\""));
    EXPECT_TRUE(holds("", "address :domain [\"from\", \"to\"] \"example.com\""));
    EXPECT_TRUE(holds("", "address :localpart :is \"to\" \"ANNA\""));
    EXPECT_FALSE(holds("", "address :localpart :contains \"to\" \"example\""));
    EXPECT_FALSE(holds("", "address :contains \"from\" \"Ben B\""));
    EXPECT_TRUE(holds("", "exists [\"from\", \"X-NUMBER\"]"));
    EXPECT_FALSE(holds("", "exists [\"from\", \"x-none\"]"));
    EXPECT_TRUE(holds("", "size :over 100"));
    EXPECT_FALSE(holds("", "size :over 1M"));
    EXPECT_FALSE(holds("", "size :under " + std::to_string(letter.size())));
    EXPECT_FALSE(holds("", "size :over " + std::to_string(letter.size())));
}

TEST_F(Sieve, Envelope) {
    EXPECT_TRUE(holds("envelope", "envelope :all :is \"from\" \"BEN@example.net\""));
    EXPECT_TRUE(holds("envelope", "envelope :domain \"to\" \"example.org\""));
    EXPECT_EQ(check("require \"envelope\"; if envelope \"size\" \"1\" { }"),
              "line 1, column 33: the envelope has no part \"size\"\n");
    envelope.from = "";
    EXPECT_TRUE(holds("envelope", "envelope :all :is \"from\" \"\""));
    EXPECT_TRUE(holds("envelope", "envelope :domain :is \"from\" \"\""));
    envelope.known = false;
    EXPECT_FALSE(holds("envelope", "envelope :all :is \"from\" \"\""));
}

TEST_F(Sieve, EncodedCharacter) {
    EXPECT_TRUE(holds("encoded-character", "header \"X-Number\" \"${hex: 34 32}\""));
    EXPECT_TRUE(holds("encoded-character", "header \"X-Number\" \"${HEX:34}${unicode:32}\""));
    EXPECT_TRUE(holds("encoded-character", "header :contains \"subject\" \"Gr${unicode:fc}\""));
    EXPECT_FALSE(holds("encoded-character", "header \"X-Number\" \"${hex:342}\""));
    EXPECT_FALSE(holds("", "header \"X-Number\" \"${hex:34 32}\""));
    EXPECT_NE(check("require \"encoded-character\"; redirect \"${unicode:D800}\";").find("no character"),
              std::string::npos);
    // RFC 5228 section 2.4.2.4
    EXPECT_EQ(run("require [\"fileinto\", \"encoded-character\"]; fileinto \"$${hex:40}\";"),
              "fileinto mailbox=\"$@\"");
    EXPECT_EQ(run("require [\"fileinto\", \"encoded-character\"]; fileinto \"${hex: 40 }\";"),
              "fileinto mailbox=\"@\"");
    EXPECT_EQ(run("require [\"fileinto\", \"encoded-character\"]; fileinto \"${hex:${hex:40}}\";"),
              "fileinto mailbox=\"${hex:@}\"");
    EXPECT_EQ(run("require [\"fileinto\", \"encoded-character\"]; fileinto \"${hex:40\";"),
              "fileinto mailbox=\"${hex:40\"");
}

TEST_F(Sieve, Faults) {
    EXPECT_EQ(check("fileinto \"x\";"), "line 1, column 1: \"fileinto\" needs require \"fileinto\"\n");
    EXPECT_EQ(check("frobnicate;"), "line 1, column 1: there is no command \"frobnicate\"\n");
    EXPECT_EQ(check("require \"frob\";"), "line 1, column 9: there is no extension \"frob\"\n");
    EXPECT_EQ(check("keep; require \"fileinto\";"),
              "line 1, column 7: require must stand before all other commands\n");
    EXPECT_EQ(check("if header :is :contains \"a\" \"b\" { }"),
              "line 1, column 15: only one match type can be given\n");
    EXPECT_EQ(check("if header \"a\" { }"), "line 1, column 4: header: the list of keys is missing\n");
    EXPECT_EQ(check("if header \"a b\" \"c\" { }"),
              "line 1, column 11: \"a b\" is no name of a header field\n");
    EXPECT_EQ(check("if size 3 { }"), "line 1, column 4: size wants :over or :under\n");
    EXPECT_EQ(check("redirect \"nobody\";"), "line 1, column 10: \"nobody\" is no address\n");
    EXPECT_EQ(check("keep :copy;"), "line 1, column 6: :copy needs require \"copy\"\n");
    EXPECT_EQ(check("require \"copy\"; keep :copy;"), "line 1, column 22: keep takes no :copy\n");
    EXPECT_EQ(check("redirect :copy \"a@b.c\";"), "line 1, column 10: :copy needs require \"copy\"\n");
    EXPECT_EQ(check("keep \"x\";"), "line 1, column 6: keep takes no more arguments\n");
    EXPECT_EQ(check("stop { keep; }"), "line 1, column 1: stop takes no block\n");
    EXPECT_EQ(check("if header :comparator \"i;frob\" \"a\" \"b\" { }"),
              "line 1, column 11: there is no comparator \"i;frob\"\n");
    EXPECT_EQ(check("keep :is;\nkeep 3;"),
              "line 1, column 6: keep takes no :is\nline 2, column 6: keep takes no more arguments\n");
}

TEST_F(Sieve, LimitsOfARun) {
    configure("sieve", "{work: 300, actions: 3, redirects: 2}");
    EXPECT_EQ(run("redirect \"a@b.c\"; redirect \"a@b.d\"; redirect \"a@b.e\";"),
              "failed: line 1, column 37: too many redirects");
    EXPECT_EQ(run("require \"fileinto\"; fileinto \"1\"; fileinto \"2\"; fileinto \"3\"; fileinto \"4\";"),
              "failed: line 1, column 63: too many actions");
    std::string script;
    for (int i = 0; i < 200; ++i) script += "if header \"subject\" \"x\" { discard; }\n";
    EXPECT_EQ(run(script), "failed: line 1, column 1: the script takes too long");
    ASSERT_EQ(outcome.actions.size(), 1U);
    EXPECT_EQ(outcome.actions[0].to_string(), kept);
}

}  // namespace
}  // namespace postern::sieve::test
