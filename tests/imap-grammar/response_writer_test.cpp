#include "postern/imap/response_writer.hpp"

#include <gtest/gtest.h>

#include <random>

namespace postern::imap {
namespace {

template <class Write>
std::string written(const Write& write, WriterModes modes = {}) {
    OutputBuffer out;
    ResponseWriter w(out, modes);
    write(w);
    return std::string(out.view());
}

constexpr WriterModes utf8_modes{true, true};

TEST(ResponseWriter, SeparatesTokens) {
    EXPECT_EQ(written([](ResponseWriter& w) {
                  w.untagged(12)
                      .atom("FETCH")
                      .open()
                      .atom("UID")
                      .number(7)
                      .atom("X")
                      .open()
                      .close()
                      .open()
                      .atom("a")
                      .close();
                  w.close().end_line();
                  w.untagged().atom("OK").end_line();
              }),
              "* 12 FETCH (UID 7 X () (a))\r\n* OK\r\n");
    EXPECT_EQ(
        written([](ResponseWriter& w) { w.atom("BODY[]").glue().raw("<").number(0).raw(">").string("x"); }),
        "BODY[]<0> \"x\"");
}

TEST(ResponseWriter, StatusLines) {
    EXPECT_EQ(written([](ResponseWriter& w) { w.status("a1", "OK", "", "done it"); }), "a1 OK done it\r\n");
    EXPECT_EQ(written([](ResponseWriter& w) { w.status("", "BAD", "CODE 1", "a\r\nb\xc3\xa9"); }),
              "* BAD [CODE 1] a  b??\r\n");
    EXPECT_EQ(written([](ResponseWriter& w) { w.status("a", "NO", "", "\xc3\xa9"); }, utf8_modes),
              "a NO \xc3\xa9\r\n");
    EXPECT_EQ(written([](ResponseWriter& w) { w.status("a", "OK", "", ""); }), "a OK done\r\n");
    EXPECT_EQ(written([](ResponseWriter& w) { w.continue_request(""); }), "+ \r\n");
    EXPECT_EQ(written([](ResponseWriter& w) {
                  w.untagged().atom("OK").open_code().atom("UIDNEXT").number(4).close_code();
              }),
              "* OK [UIDNEXT 4]");
}

TEST(ResponseWriter, ChoosesTheFormOfAString) {
    const auto string = [](std::string_view s, WriterModes m = {}) {
        return written([s](ResponseWriter& w) { w.string(s); }, m);
    };
    EXPECT_EQ(string(""), "\"\"");
    EXPECT_EQ(string("a b"), "\"a b\"");
    EXPECT_EQ(string("a\"b\\"), "\"a\\\"b\\\\\"");
    EXPECT_EQ(string("a\r\nb"), "{4}\r\na\r\nb");
    EXPECT_EQ(string("\xc3\xa9"), "{2}\r\n\xc3\xa9");
    EXPECT_EQ(string("\xc3\xa9", utf8_modes), "\"\xc3\xa9\"");
    EXPECT_EQ(string("\xc3", utf8_modes), "{1}\r\n\xc3");
    EXPECT_EQ(string(std::string_view("a\0", 2)), "{2}\r\na?");
    EXPECT_EQ(string(std::string(1024, 'a')), "\"" + std::string(1024, 'a') + "\"");
    EXPECT_EQ(string(std::string(1025, 'a')), "{1025}\r\n" + std::string(1025, 'a'));
}

TEST(ResponseWriter, ChoosesTheFormOfAnAstring) {
    const auto astring = [](std::string_view s) { return written([s](ResponseWriter& w) { w.astring(s); }); };
    EXPECT_EQ(astring("INBOX"), "INBOX");
    EXPECT_EQ(astring("a]b"), "a]b");
    EXPECT_EQ(astring(""), "\"\"");
    EXPECT_EQ(astring("nil"), "\"nil\"");
    EXPECT_EQ(astring("a b"), "\"a b\"");
    EXPECT_EQ(astring("a*"), "\"a*\"");
}

TEST(ResponseWriter, Mailboxes) {
    const auto mailbox = [](std::string_view s, WriterModes m = {}) {
        return written([s](ResponseWriter& w) { w.mailbox(s); }, m);
    };
    EXPECT_EQ(mailbox("Entw\xc3\xbcrfe"), "Entw&APw-rfe");
    EXPECT_EQ(mailbox("A & B"), "\"A &- B\"");
    EXPECT_EQ(mailbox("Entw\xc3\xbcrfe", utf8_modes), "\"Entw\xc3\xbcrfe\"");
    EXPECT_EQ(mailbox("A & B", utf8_modes), "\"A & B\"");
}

TEST(ResponseWriter, QuotedOnly) {
    EXPECT_EQ(written([](ResponseWriter& w) { w.quoted("a\r\nb\xc3\xa9"); }), "\"a??b??\"");
    EXPECT_EQ(written([](ResponseWriter& w) { w.quoted("\xc3\xa9\""); }, utf8_modes), "\"\xc3\xa9\\\"\"");
}

TEST(ResponseWriter, Flags) {
    EXPECT_EQ(written([](ResponseWriter& w) { w.flags(Flags{}); }), "()");
    EXPECT_EQ(written([](ResponseWriter& w) {
                  w.flags(Flags{flag_seen | flag_recent, {"a", "$b"}, true});
              }),
              "(\\Seen \\Recent a $b \\*)");
    const std::string_view keywords[] = {"x", "y"};
    EXPECT_EQ(written([&](ResponseWriter& w) { w.flags(flag_draft, keywords).number(1); }),
              "(\\Draft x y) 1");
    EXPECT_EQ(written([&](ResponseWriter& w) { w.atom("FLAGS").flags(0, keywords); }), "FLAGS (x y)");
    EXPECT_EQ(flags_text(Flags{flag_answered, {"k"}, false}), "\\Answered k");
}

TEST(ResponseWriter, SetsDatesValuesLiterals) {
    EXPECT_EQ(written([](ResponseWriter& w) {
                  w.atom("VANISHED").set(NumberSet::from_ranges({{1, 3}, {7, 7}}));
              }),
              "VANISHED 1:3,7");
    EXPECT_EQ(written([](ResponseWriter& w) {
                  w.date_time({837596665, -420});
              }),
              "\"17-Jul-1996 02:44:25 -0700\"");
    EXPECT_EQ(written([](ResponseWriter& w) { w.literal_header(5, true).raw("abcde").close(); }),
              "~{5}\r\nabcde)");
    EXPECT_EQ(written([](ResponseWriter& w) { w.nstring(std::nullopt).nstring("a"); }), "NIL \"a\"");
    const Value v{Value::Kind::list, "", {{Value::Kind::atom, "a", {}}, {}, {Value::Kind::string, "b", {}}}};
    EXPECT_EQ(written([&](ResponseWriter& w) { w.value(v); }), "(a NIL \"b\")");
    EXPECT_EQ(written([](ResponseWriter& w) { w.number(18446744073709551615U).number(0); }),
              "18446744073709551615 0");
}

TEST(ResponseWriter, FastPathEqualsTheTokens) {
    const std::string fast = written([](ResponseWriter& w) {
        w.fetch_uid_flags(4294967295U, 1, "\\Seen work");
        w.untagged();
    });
    const std::string slow = written([](ResponseWriter& w) {
        w.untagged(4294967295U).atom("FETCH").open().atom("UID").number(1).atom("FLAGS");
        w.flags(Flags{flag_seen, {"work"}, false}).close().end_line().untagged();
    });
    EXPECT_EQ(fast, slow);
}

TEST(OutputBuffer, DrainsWhileItGrows) {
    std::mt19937 random(9);
    OutputBuffer out(100);
    std::string expected, got;
    for (int i = 0; i < 2000; ++i) {
        const std::string piece(random() % 50, static_cast<char>('a' + i % 26));
        out.append(piece);
        expected += piece;
        EXPECT_EQ(out.full(), out.size() >= 100);
        if (random() % 2 == 0) {
            const std::size_t n = random() % (out.size() + 1);
            got += out.view().substr(0, n);
            out.consume(n);
        }
    }
    got += out.view();
    EXPECT_EQ(got, expected);
    out.consume(out.size());
    EXPECT_TRUE(out.empty());
    out.append("abc");
    out.truncate(1);
    EXPECT_EQ(out.view(), "a");
    OutputBuffer moved = std::move(out);
    EXPECT_EQ(moved.view(), "a");
    moved.release();
    EXPECT_EQ(moved.view(), "");
    moved.append('x');
    EXPECT_EQ(moved.view(), "x");
}

}  // namespace
}  // namespace postern::imap
