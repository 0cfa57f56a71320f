// The grammar (RFC 5228 sections 2 and 8)
#include <gtest/gtest.h>

#include "postern/sieve/syntax.hpp"

namespace postern::sieve {
namespace {

std::string fault_of(std::string_view script) {
    const Tree tree = parse(script);
    return tree.fault ? tree.fault->to_string() : "";
}

TEST(SieveSyntax, CommandsTestsAndBlocks) {
    const Tree tree = parse("if anyof (not true, Header :IS [\"a\", \"b\"] \"c\") { keep; } # end\r\nstop;");
    ASSERT_FALSE(tree.fault);
    ASSERT_EQ(tree.commands.size(), 2U);
    const Node& chosen = tree.commands[0];
    EXPECT_EQ(chosen.name, "if");
    ASSERT_EQ(chosen.tests.size(), 1U);
    EXPECT_FALSE(chosen.test_list);
    const Node& any = chosen.tests[0];
    EXPECT_TRUE(any.test_list);
    ASSERT_EQ(any.tests.size(), 2U);
    EXPECT_EQ(any.tests[0].tests.at(0).name, "true");
    EXPECT_EQ(any.tests[1].name, "header");
    ASSERT_EQ(any.tests[1].arguments.size(), 3U);
    EXPECT_EQ(any.tests[1].arguments[0].tag, ":is");
    EXPECT_EQ(any.tests[1].arguments[1].strings.at(1).text, "b");
    ASSERT_TRUE(chosen.has_block);
    EXPECT_EQ(chosen.block.at(0).name, "keep");
    EXPECT_EQ(tree.commands[1].place, (Place{2, 1}));
}

TEST(SieveSyntax, Numbers) {
    const Tree tree = parse("x 1 2K 3m 4G 0;");
    ASSERT_FALSE(tree.fault);
    std::vector<std::uint64_t> numbers;
    for (const Argument& argument : tree.commands.at(0).arguments) numbers.push_back(argument.number);
    EXPECT_EQ(numbers, (std::vector<std::uint64_t>{1, 2048, 3U << 20, 4ULL << 30, 0}));
    EXPECT_EQ(fault_of("x 99999999999999999999;"), "line 1, column 3: this number is too large");
    EXPECT_EQ(fault_of("x 4000000000000G;"), "line 1, column 3: this number is too large");
    EXPECT_EQ(fault_of("x 12ab;"), "line 1, column 3: this is neither a number nor a name");
}

TEST(SieveSyntax, Strings) {
    const Tree tree = parse("x \"a\\\"b\\\\c\\d\" text: # comment\r\none\r\n..two\n.\r\n;");
    ASSERT_FALSE(tree.fault) << tree.fault->to_string();
    EXPECT_EQ(tree.commands[0].arguments.at(0).strings[0].text, "a\"b\\cd");
    EXPECT_EQ(tree.commands[0].arguments.at(1).strings[0].text, "one\r\n.two\r\n");
    EXPECT_EQ(fault_of("x \"abc"), "line 1, column 3: this string does not end");
    EXPECT_EQ(fault_of("x text:\nabc\n"),
              "line 1, column 3: this text does not end: a line with a dot alone is missing");
    EXPECT_EQ(fault_of("x text: abc\n.\n"), "line 1, column 9: a line end must follow \"text:\"");
}

TEST(SieveSyntax, Faults) {
    EXPECT_EQ(fault_of("keep"), "line 1, column 5: ';' is missing after the command");
    EXPECT_EQ(fault_of("if true {\n keep;"), "line 1, column 9: this block does not end");
    EXPECT_EQ(fault_of("if anyof (true"), "line 1, column 15: ')' is missing after the list of tests");
    EXPECT_EQ(fault_of("x [\"a\" \"b\"];"), "line 1, column 8: ']' is missing after the list of strings");
    EXPECT_EQ(fault_of("x [];"), "line 1, column 4: a string is missing here");
    EXPECT_EQ(fault_of("/* a\n"), "line 1, column 1: this comment does not end");
    EXPECT_EQ(fault_of("keep; }"), "line 1, column 7: a command is missing here");
    EXPECT_EQ(fault_of("keep; $"), "line 1, column 7: unexpected '$'");
    EXPECT_EQ(fault_of("x \"\xff\";"), "line 1, column 1: the script is not UTF-8");
}

TEST(SieveSyntax, Limits) {
    std::string deep, wide;
    for (int i = 0; i < 40; ++i) deep += "if true {";
    EXPECT_NE(fault_of(deep).find("nested too deeply"), std::string::npos);
    std::string nots = "if ";
    for (int i = 0; i < 40; ++i) nots += "not ";
    EXPECT_NE(fault_of(nots + "true {}").find("nested too deeply"), std::string::npos);
    for (int i = 0; i < 60'000; ++i) wide += "keep;";
    EXPECT_NE(fault_of(wide).find("too long"), std::string::npos);
    SyntaxLimits small;
    small.octets = 4;
    EXPECT_TRUE(parse("keep;", small).fault);
}

TEST(SieveSyntax, EveryPrefixEndsWell) {
    const std::string script =
        "require [\"a\"]; /* c */ if allof (not x :t \"s\", y 12K) { z text:\r\na\r\n.\r\n; } elsif q { }\n";
    for (std::size_t length = 0; length <= script.size(); ++length) {
        const Tree tree = parse(std::string_view(script).substr(0, length));
        EXPECT_TRUE(!tree.fault || tree.commands.empty());
    }
}

}  // namespace
}  // namespace postern::sieve
