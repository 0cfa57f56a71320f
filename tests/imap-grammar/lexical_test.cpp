#include "postern/imap/lexical.hpp"

#include <gtest/gtest.h>

namespace postern::imap {
namespace {

/// The productions of RFC 3501 section 9, spelled out octet by octet.
TEST(Lexical, ClassesFollowTheGrammar) {
    for (int i = 0; i < 256; ++i) {
        const char c = static_cast<char>(i);
        const bool character = i >= 1 && i <= 127;
        const bool control = i < 32 || i == 127;
        const bool wildcard = c == '%' || c == '*';
        const bool quoted_special = c == '"' || c == '\\';
        const bool special =
            c == '(' || c == ')' || c == '{' || c == ' ' || control || wildcard || quoted_special || c == ']';
        const bool atom = character && !special;
        EXPECT_EQ(is_atom_char(c), atom) << i;
        EXPECT_EQ(is_astring_char(c), atom || c == ']') << i;
        EXPECT_EQ(is_list_char(c), atom || c == ']' || wildcard) << i;
        EXPECT_EQ(is_tag_char(c), (atom || c == ']') && c != '+') << i;
        EXPECT_EQ(is_class(c, lexical::quoted_plain), character && c != '\r' && c != '\n' && !quoted_special)
            << i;
    }
}

TEST(Lexical, CaseIsAsciiOnly) {
    EXPECT_TRUE(equals_ignore_case("aZ[\xe9", "Az[\xe9"));
    EXPECT_FALSE(equals_ignore_case("[", "{"));
    EXPECT_FALSE(equals_ignore_case("\xe9", "\xc9"));
    EXPECT_FALSE(equals_ignore_case("a", "ab"));
    EXPECT_EQ(to_upper("az{\xe9"), "AZ{\xe9");
    EXPECT_TRUE(is_atom("$a"));
    EXPECT_FALSE(is_atom(""));
    EXPECT_FALSE(is_atom("a b"));
}

}  // namespace
}  // namespace postern::imap
