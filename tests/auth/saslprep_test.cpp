#include "postern/auth/saslprep.hpp"

#include <gtest/gtest.h>

namespace postern {
namespace {

// RFC 4013 section 3.
TEST(SaslPrepTest, DoesTheExamples) {
    EXPECT_EQ(saslprep("I\u00ADX"), "IX");
    EXPECT_EQ(saslprep("user"), "user");
    EXPECT_EQ(saslprep("USER"), "USER");
    EXPECT_EQ(saslprep("\u00AA"), "a");
    EXPECT_EQ(saslprep("\u2168"), "IX");
    EXPECT_EQ(saslprep("\a"), std::nullopt);
    EXPECT_EQ(saslprep("\u0627\u0031"), std::nullopt);
}

TEST(SaslPrepTest, MapsSpacesAndComposes) {
    EXPECT_EQ(saslprep("a\u00A0b"), "a b");
    EXPECT_EQ(saslprep("e\u0301"), "\u00E9");
    EXPECT_EQ(saslprep("\u00E9"), "\u00E9");
    EXPECT_EQ(saslprep(""), "");
    EXPECT_EQ(saslprep("\u0627\u0628"), "\u0627\u0628");
}

TEST(SaslPrepTest, CharactersNewerThanUnicode3Pass) {
    EXPECT_EQ(saslprep("pass\U0001F600"), "pass\U0001F600");
}

TEST(SaslPrepTest, RefusesWhatIsNoText) {
    EXPECT_EQ(saslprep("\xff"), std::nullopt);
    EXPECT_EQ(saslprep("\xc3"), std::nullopt);
    EXPECT_EQ(saslprep("a\u007f"), std::nullopt);
    EXPECT_EQ(saslprep("a\uE000"), std::nullopt);
    EXPECT_EQ(saslprep(std::string_view("a\0b", 3)), std::nullopt);
    EXPECT_EQ(saslprep(std::string(5000, 'a')), std::nullopt);
}

// U+FDFA becomes eighteen code points.
TEST(SaslPrepTest, WhatGrowsMostFits) {
    std::string text;
    for (int i = 0; i < 1000; ++i) text += "\uFDFA";
    const auto prepared = saslprep(text);
    ASSERT_TRUE(prepared);
    EXPECT_GT(prepared->size(), 18'000U);
}

}  // namespace
}  // namespace postern
