#include "postern/imap/argument_cursor.hpp"

#include <gtest/gtest.h>

#include "command_text.hpp"

namespace postern::imap {
namespace {

template <class T>
std::string shown(const Result<T>& r) {
    if (!r) return "error: " + r.error().text;
    if constexpr (std::is_same_v<T, std::string_view> || std::is_same_v<T, std::string>) {
        return std::string(*r);
    } else if constexpr (std::is_integral_v<T>) {
        return std::to_string(*r);
    } else {
        return r->to_string();
    }
}

LexicalFeatures utf8() {
    LexicalFeatures f;
    f.utf8_quoted = f.utf8_mailbox_names = true;
    return f;
}

#define EXPECT_READ(method, text, value)              \
    do {                                              \
        const CommandText source(text);               \
        ArgumentCursor in(source.command());          \
        EXPECT_EQ(shown(in.method()), value) << text; \
    } while (false)

TEST(ArgumentCursor, Atoms) {
    EXPECT_READ(atom, "abc def", "abc");
    EXPECT_READ(atom, "a]", "a");
    EXPECT_READ(atom, "$x+.-_", "$x+.-_");
    EXPECT_READ(atom, "", "error: expected an atom at position 1");
    EXPECT_READ(atom, "(", "error: expected an atom at position 1");
    EXPECT_READ(atom, "\x80", "error: expected an atom at position 1");
    EXPECT_READ(keyword, "uid Fetch", "UID");
    EXPECT_READ(astring, "a]b c", "a]b");
    EXPECT_READ(astring, "\"a b\"", "a b");
    EXPECT_READ(astring, "%", "error: expected a string at position 1");
    EXPECT_READ(list_mailbox, "a/%*] ", "a/%*]");
    EXPECT_READ(list_mailbox, "\"\"", "");
}

TEST(ArgumentCursor, QuotedStrings) {
    EXPECT_READ(quoted, "\"\"", "");
    EXPECT_READ(quoted, R"("a\"b\\c" x)", "a\"b\\c");
    EXPECT_READ(quoted, "\"a", "error: quoted string without end at position 1");
    EXPECT_READ(quoted, "\"a\\", "error: malformed escape in a quoted string at position 1");
    EXPECT_READ(quoted, "\"a\\n\"", "error: malformed escape in a quoted string at position 1");
    EXPECT_READ(quoted, "\"a\rb\"", "error: character not allowed in a quoted string at position 1");
    EXPECT_READ(quoted, std::string("\"a\0b\"", 5),
                "error: character not allowed in a quoted string at position 1");
    EXPECT_READ(quoted, "\"\xc3\xa9\"", "error: character not allowed in a quoted string at position 1");
    EXPECT_READ(quoted, "a", "error: expected a quoted string at position 1");
}

TEST(ArgumentCursor, Utf8InQuotedStringsWhereSwitchedOn) {
    const LexicalFeatures on = utf8();
    EXPECT_EQ(*ArgumentCursor("\"\xc3\xa9\"", on).quoted(), "\xc3\xa9");
    EXPECT_FALSE(ArgumentCursor("\"\xc3\"", on).quoted());
    EXPECT_EQ(*ArgumentCursor("\"\xc3\xa9\"", on).mailbox(), "\xc3\xa9");
    EXPECT_EQ(*ArgumentCursor("&AOk-", on).mailbox(), "&AOk-");
}

TEST(ArgumentCursor, Literals) {
    EXPECT_READ(string, "{3}\r\na\r\n", "a\r\n");
    EXPECT_READ(string, "{0}\r\n", "");
    EXPECT_READ(astring, "{1+}\r\n\xff x", "\xff");
    EXPECT_READ(string, std::string("{1}\r\n\0", 6), "error: NUL in a literal at position 1");
    EXPECT_READ(string, "~{1}\r\nx", "error: expected a string at position 1");
    EXPECT_READ(string, "x", "error: expected a string at position 1");
    // Looks like a literal, was never announced as one.
    EXPECT_EQ(shown(ArgumentCursor("{3}\r\nabc").string()), "error: expected a literal at position 1");
}

TEST(ArgumentCursor, SeveralLiterals) {
    const CommandText source("{3}\r\nfoo ({2}\r\n{1 ~{1}\r\n1)");
    ArgumentCursor in(source.command());
    EXPECT_EQ(shown(in.string()), "foo");
    ASSERT_TRUE(in.space());
    ASSERT_TRUE(in.expect('('));
    EXPECT_EQ(shown(in.string()), "{1");
    ASSERT_TRUE(in.space());
    const auto l = in.literal();
    ASSERT_TRUE(l);
    EXPECT_EQ(l->data, "1");
    EXPECT_EQ(l->index, 2U);
    EXPECT_TRUE(l->literal8);
    EXPECT_TRUE(*in.list_end());
    EXPECT_TRUE(in.end());
}

TEST(ArgumentCursor, StreamedLiteral) {
    const LiteralRef ref{2, 7, 5, true, false};
    const Command command{"a", "x {5}\r\n y", {&ref, 1}};
    ArgumentCursor in(command);
    in.rewind(2);
    EXPECT_EQ(shown(in.string()), "error: literal not allowed at position 3");
    const auto l = in.literal();
    ASSERT_TRUE(l);
    EXPECT_TRUE(l->streamed);
    EXPECT_EQ(l->size, 5U);
    EXPECT_EQ(in.rest(), " y");
}

TEST(ArgumentCursor, Nstring) {
    EXPECT_FALSE(ArgumentCursor("nil").nstring()->has_value());
    EXPECT_EQ(*ArgumentCursor("\"NIL\"").nstring(), "NIL");
    EXPECT_FALSE(ArgumentCursor("nile").nstring());
}

TEST(ArgumentCursor, Numbers) {
    EXPECT_READ(number, "0", "0");
    EXPECT_READ(number, "4294967295 ", "4294967295");
    EXPECT_READ(number, "4294967296", "error: number too large at position 1");
    EXPECT_READ(number, "-1", "error: expected a number at position 1");
    EXPECT_READ(nz_number, "0", "error: expected a number above 0 at position 1");
    EXPECT_READ(nz_number, "7", "7");
    EXPECT_READ(number64, "9223372036854775807", "9223372036854775807");
    EXPECT_READ(number64, "9223372036854775808", "error: number too large at position 1");
    EXPECT_READ(number64, "99999999999999999999999", "error: number too large at position 1");
    EXPECT_READ(nz_number64, "00", "error: expected a number above 0 at position 1");
}

TEST(ArgumentCursor, Sets) {
    EXPECT_READ(sequence_set, "1:*,4 (FLAGS)", "1:*,4");
    EXPECT_READ(sequence_set, "1,", "error: expected a message set at position 1");
    EXPECT_READ(sequence_set, "$", "error: expected a message set at position 1");
    LexicalFeatures f;
    f.set_reference = true;
    EXPECT_EQ(shown(ArgumentCursor("$ x", f).sequence_set()), "$");
}

TEST(ArgumentCursor, ErrorsNameTheirPosition) {
    ArgumentCursor in("SELECT (");
    ASSERT_EQ(shown(in.keyword()), "SELECT");
    ASSERT_TRUE(in.space());
    const auto name = in.mailbox();
    EXPECT_EQ(shown(name), "error: expected a mailbox name at position 8");
    EXPECT_EQ(name.error().code, Errc::protocol_violation);
    EXPECT_EQ(in.position(), 7U);
    EXPECT_EQ(in.end().error().text, "expected the end of the command at position 8");
}

TEST(ArgumentCursor, MailboxNames) {
    EXPECT_READ(mailbox, "inbox", "INBOX");
    EXPECT_READ(mailbox, "\"A & B\"", "error: mailbox name is not valid modified UTF-7");
    EXPECT_EQ(ArgumentCursor("\"A & B\"").mailbox().error().code, Errc::invalid);
    EXPECT_READ(mailbox, "\"A &- B\"", "A & B");
}

std::string flags_shown(std::string_view text) {
    ArgumentCursor in(text);
    const auto f = in.flags();
    if (!f) return f.error().text;
    std::string out = std::to_string(f->system);
    for (const auto& k : f->keywords) out += " " + k;
    return in.at_end() ? out : out + " then " + std::string(in.rest());
}

TEST(ArgumentCursor, Flags) {
    EXPECT_EQ(flags_shown("()"), "0");
    EXPECT_EQ(flags_shown("(\\Seen \\deleted $Work WORK $work)"), "12 $Work WORK");
    EXPECT_EQ(flags_shown("\\Seen \\Draft a"), "24 a");
    EXPECT_EQ(flags_shown("(\\Recent)"), "\\Recent cannot be set at position 2");
    EXPECT_EQ(flags_shown("(\\Foo)"), "unknown system flag at position 2");
    EXPECT_EQ(flags_shown("(\\*)"), "expected a flag at position 2");
    EXPECT_EQ(flags_shown("(a  b)"), "expected a flag at position 4");
    EXPECT_EQ(flags_shown("(a"), "expected a space or \")\" at position 3");
    EXPECT_EQ(flags_shown("(" + std::string(256, 'k') + ")"), "keyword too long");
}

TEST(ArgumentCursor, Dates) {
    using namespace std::chrono;
    EXPECT_EQ(*ArgumentCursor("1-Feb-1994 x").date(), year(1994) / 2 / 1);
    EXPECT_EQ(*ArgumentCursor("\"1-Feb-1994\"").date(), year(1994) / 2 / 1);
    EXPECT_EQ(ArgumentCursor("1-Feb").date().error().text, "expected a date (dd-Mon-yyyy) at position 1");
    EXPECT_EQ(ArgumentCursor("\"17-Jul-1996 02:44:25 -0700\"").date_time()->utc, 837596665);
    EXPECT_FALSE(ArgumentCursor("17-Jul-1996").date_time());
}

TEST(ArgumentCursor, Values) {
    EXPECT_READ(value, "12", "12");
    EXPECT_READ(value, "1:*,3 x", "1:*,3");
    EXPECT_READ(value, "(a \"b c\" (1 NIL) () \\Sent {1}\r\nx)", "(a \"b c\" (1 NIL) () \\Sent \"x\")");
    EXPECT_READ(value, "()", "()");
    EXPECT_READ(value, "(a", "error: expected a space or \")\" at position 3");
    EXPECT_READ(value, "(a )", "error: expected a value at position 4");
    EXPECT_READ(value, ")", "error: expected a value at position 1");
    EXPECT_READ(value, "((((((((((((((((((((((((((((((((()))", "error: lists nested too deep at position 33");
}

std::string parameters_shown(std::string_view text) {
    const CommandText source(text);
    ArgumentCursor in(source.command());
    const auto all = in.parameters();
    if (!all) return all.error().text;
    std::string out;
    for (const auto& p : *all) {
        out += p.name;
        if (p.has_value)
            out += "=" + p.value.to_string() + "@" +
                   std::string(source.command().text.substr(p.begin, p.end - p.begin));
        out += ";";
    }
    return out;
}

TEST(ArgumentCursor, Parameters) {
    EXPECT_EQ(parameters_shown("()"), "");
    EXPECT_EQ(parameters_shown("(condstore)"), "CONDSTORE;");
    EXPECT_EQ(parameters_shown("(a b (1 2) c 5 d)"), "A;B=(1 2)@(1 2);C=5@5;D;");
    EXPECT_EQ(parameters_shown("(partial -1:-100 x)"), "PARTIAL=-1:-100@-1:-100;X;");
    EXPECT_EQ(parameters_shown("(a \"b\" c {1}\r\nd)"), "A=\"b\"@\"b\";C=\"d\"@{1}\r\nd;");
    EXPECT_EQ(parameters_shown("(a $ b *)"), "A=$@$;B=*@*;");
    EXPECT_EQ(parameters_shown("(a"), "expected a space or \")\" at position 3");
    EXPECT_EQ(parameters_shown("(a 1 2)"), "expected a keyword at position 6");
    EXPECT_EQ(parameters_shown("a"), "expected \"(\" at position 1");
}

TEST(ArgumentCursor, PartsOfACommandHaveTheirOwnCursor) {
    const CommandText source("(x (1:3 {2}\r\nab) y)");
    ArgumentCursor in(source.command());
    const auto all = in.parameters();
    ASSERT_TRUE(all);
    ArgumentCursor part = in.sub((*all)[0].begin, (*all)[0].end);
    ASSERT_TRUE(part.expect('('));
    EXPECT_EQ(shown(part.sequence_set()), "1:3");
    ASSERT_TRUE(part.space());
    EXPECT_EQ(shown(part.string()), "ab");
    EXPECT_TRUE(*part.list_end());
    EXPECT_TRUE(part.end());
    ArgumentCursor cut = in.sub((*all)[0].begin, (*all)[0].end - 2);
    cut.rewind((*all)[0].begin + 5);
    EXPECT_EQ(shown(cut.string()), "error: expected a literal at position 9");
}

TEST(ArgumentCursor, Names) {
    EXPECT_EQ(ArgumentCursor("(a B)").name_list()->size(), 2U);
    EXPECT_FALSE(ArgumentCursor("()").name_list());
    EXPECT_FALSE(ArgumentCursor("(a").name_list());
}

TEST(ArgumentCursor, PeeksAndMatches) {
    ArgumentCursor in("Return (x)");
    EXPECT_EQ(in.peek_atom(), "Return");
    EXPECT_FALSE(in.match_keyword("RET"));
    EXPECT_TRUE(in.match_keyword("RETURN"));
    EXPECT_EQ(in.rest(), " (x)");
    EXPECT_EQ(in.peek_atom(), "");
}

/// A prefix of a command never reads past its end and never gives another value than an error or a shorter one.
TEST(ArgumentCursor, EveryPrefixEndsWell) {
    const CommandText source("(a {3}\r\nxyz (b \"c\\\"d\" 1:*) NIL) end");
    for (std::size_t size = 0; size < source.command().text.size(); ++size) {
        ArgumentCursor whole(source.command());
        ArgumentCursor in = whole.sub(0, size);
        const auto v = in.value();
        EXPECT_LE(in.position(), size);
        EXPECT_EQ(v.has_value(), size >= 31) << size;
    }
}

}  // namespace
}  // namespace postern::imap
