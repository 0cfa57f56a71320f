// Commands, addresses, content and replies of SMTP.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "postern/mail/trace.hpp"
#include "postern/smtp/address.hpp"
#include "postern/smtp/command.hpp"
#include "postern/smtp/data_reader.hpp"
#include "postern/smtp/reply.hpp"

namespace postern::smtp {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

/// Grown octet by octet: GCC 12 warns of strings whose length it knows when they are joined.
std::string repeated(char c, std::size_t times) {
    std::string out;
    while (out.size() < times) out += c;
    return out;
}

std::string path(std::string_view text, PathKind kind = PathKind::forward) {
    const auto taken = take_path(text, kind);
    return taken ? taken->address + '|' + std::string(text) : "none";
}

TEST(AddressTest, TakesPaths) {
    EXPECT_EQ(path("<anna@example.org> SIZE=1"), "anna@example.org| SIZE=1");
    EXPECT_EQ(path("<@a.example,@b.example:anna@c.example>"), "anna@c.example|");
    EXPECT_EQ(path("<\"a \\\" b\"@example.org>"), "\"a \\\" b\"@example.org|");
    EXPECT_EQ(path("<anna@[192.0.2.1]>"), "anna@[192.0.2.1]|");
    EXPECT_EQ(path("<anna@[IPv6:2001:db8::1]>"), "anna@[IPv6:2001:db8::1]|");
    EXPECT_EQ(path("<Postmaster>"), "Postmaster|");
    EXPECT_EQ(path("<>", PathKind::reverse), "|");
    EXPECT_EQ(path("<j\xc3\xb6rg@\xc3\xbc.example>"), "j\xc3\xb6rg@\xc3\xbc.example|");
}

TEST(AddressTest, TakesNothingElse) {
    for (const char* text :
         {"", "<", "anna@example.org", "<anna@example.org", "<anna@>", "<@example.org>", "<a b@example.org>",
          "<anna@exa mple.org>", "<anna@example..org>", "<\"anna@example.org>", "<\"a\nb\"@example.org>",
          "<anna@[]>", "<anna@[1.2.3.4>", "<@a.example anna@b.example>", "<j\xf6rg@example.org>", "<a@b@c>"})
        EXPECT_EQ(path(text), "none") << text;
    EXPECT_EQ(path("<>"), "none");
    EXPECT_EQ(path("<Postmaster>", PathKind::reverse), "none");
    EXPECT_EQ(path('<' + repeated('a', max_address) + "@example.org>"), "none");
}

TEST(AddressTest, SplitsAndJoins) {
    const auto parts = split_address("\"a\\\"b c\"@EXAMPLE.org");
    ASSERT_TRUE(parts);
    EXPECT_EQ(parts->local, "a\"b c");
    EXPECT_EQ(parts->domain, "example.org");
    EXPECT_EQ(canonical_address(*parts), "\"a\\\"b c\"@example.org");
    EXPECT_EQ(canonical_address(*split_address("\"anna\"@Example.org")), "anna@example.org");
    EXPECT_FALSE(split_address("anna@example.org>"));
    EXPECT_FALSE(split_address("\"\"@example.org"));
}

TEST(CommandTest, SplitsLines) {
    EXPECT_EQ(split_command("mail  FROM:<a> ").verb, "MAIL");
    EXPECT_EQ(split_command("mail  FROM:<a> ").arguments, "FROM:<a>");
    EXPECT_EQ(split_command("").verb, "");
    EXPECT_EQ(split_command(" NOOP").verb, "");
}

TEST(CommandTest, ReadsMail) {
    MailArguments mail;
    EXPECT_FALSE(parse_mail(
        "from: <a@b.example> size=1000 BODY=8BITMIME RET=FULL ENVID=a+2Bb AUTH=<> SMTPUTF8", mail));
    EXPECT_EQ(mail.sender, "a@b.example");
    EXPECT_EQ(mail.size, 1000U);
    EXPECT_EQ(mail.body, mail::BodyKind::eight_bit);
    EXPECT_EQ(mail.ret, mail::DsnReturn::full);
    EXPECT_EQ(mail.id, "a+b");
    EXPECT_EQ(mail.auth, "<>");
    EXPECT_TRUE(mail.smtputf8);
}

TEST(CommandTest, RefusesWrongMail) {
    const auto refused = [](std::string_view text) {
        MailArguments mail;
        const auto reply = parse_mail(text, mail);
        return reply ? std::to_string(reply->code) + ' ' + reply->status : "ok";
    };
    EXPECT_EQ(refused("TO:<a@b.example>"), "501 5.5.2");
    EXPECT_EQ(refused("FROM:a@b.example"), "501 5.1.7");
    EXPECT_EQ(refused("FROM:<a@b.example>SIZE=1"), "501 5.1.7");
    EXPECT_EQ(refused("FROM:<a@b.example> SIZE=x"), "501 5.5.4");
    EXPECT_EQ(refused("FROM:<a@b.example> SIZE"), "501 5.5.4");
    EXPECT_EQ(refused("FROM:<a@b.example> SIZE="), "501 5.5.4");
    EXPECT_EQ(refused("FROM:<a@b.example> SIZE=1 SIZE=2"), "501 5.5.4");
    EXPECT_EQ(refused("FROM:<a@b.example> SIZE=99999999999999999999"), "501 5.5.4");
    EXPECT_EQ(refused("FROM:<a@b.example> BODY=9BIT"), "501 5.5.4");
    EXPECT_EQ(refused("FROM:<a@b.example> ENVID=a+2"), "501 5.5.4");
    EXPECT_EQ(refused("FROM:<a@b.example> ENVID=a+0D+0Ab"), "501 5.5.4");
    EXPECT_EQ(refused("FROM:<a@b.example> SMTPUTF8=yes"), "501 5.5.4");
    EXPECT_EQ(refused("FROM:<a@b.example> X-NEW=1"), "555 5.5.4");
    EXPECT_EQ(refused("FROM:<\xc3\xb6@b.example>"), "553 5.6.7");
}

TEST(CommandTest, ReadsRecipients) {
    RecipientArguments to;
    EXPECT_FALSE(parse_recipient("TO:<a@b.example> NOTIFY=SUCCESS,delay ORCPT=rfc822;x+40y", to));
    EXPECT_EQ(to.recipient.notify, mail::notify_success | mail::notify_delay);
    EXPECT_EQ(to.recipient.original, "rfc822;x@y");
    for (const char* text :
         {"TO:<>", "TO:<a@b.example> NOTIFY=", "TO:<a@b.example> NOTIFY=NEVER,DELAY",
          "TO:<a@b.example> ORCPT=x", "TO:<a@b.example> ORCPT=;x", "TO:<a@b.example> SIZE=1"}) {
        RecipientArguments wrong;
        EXPECT_TRUE(parse_recipient(text, wrong)) << text;
    }
}

TEST(CommandTest, ReadsChunks) {
    EXPECT_EQ(parse_chunk("86")->size, 86U);
    EXPECT_FALSE(parse_chunk("86")->last);
    EXPECT_TRUE(parse_chunk("0 last")->last);
    for (const char* text : {"", "LAST", "-1", "1 2", "1 LAST LAST", "18446744073709551616"})
        EXPECT_FALSE(parse_chunk(text)) << text;
}

TEST(CommandTest, ReadsXclient) {
    EXPECT_THAT(*parse_xclient("name=spike+2Eexample ADDR=[UNAVAILABLE]"),
                ElementsAre(Pair("NAME", "spike.example"), Pair("ADDR", "")));
    EXPECT_FALSE(parse_xclient(""));
    EXPECT_FALSE(parse_xclient("NAME"));
}

TEST(CommandTest, XtextGoesBothWays) {
    EXPECT_EQ(encode_xtext("a+b=c d\xc3\xb6"), "a+2Bb+3Dc+20d+C3+B6");
    EXPECT_EQ(decode_xtext("a+2Bb+3Dc+20d+C3+B6"), "a+b=c d\xc3\xb6");
    EXPECT_FALSE(decode_xtext("a b"));
    EXPECT_FALSE(decode_xtext("+4"));
}

/// Content and what is left, fed in two pieces cut at `cut`, or octet by octet.
std::string read(std::string_view wire, std::size_t cut) {
    DataReader reader(100);
    std::string rest;
    std::size_t begin = 0;
    while (begin < wire.size()) {
        const std::size_t end = cut == 0 ? begin + 1 : begin < cut ? std::min(cut, wire.size()) : wire.size();
        std::string_view piece = wire.substr(begin, end - begin);
        reader.feed(piece);
        rest += piece;
        begin = end;
    }
    if (!reader.done()) return "more";
    return reader.too_large() ? "large" : reader.take() + '|' + rest;
}

TEST(DataReaderTest, FindsTheEndHoweverTheOctetsCome) {
    const std::vector<std::pair<std::string, std::string>> cases{
        {".\r\nQUIT\r\n", "|QUIT\r\n"},
        {"a\r\n.\r\n", "a\r\n|"},
        {"a\r\n..\r\n..b\r\n.c\r\n.\r\nx", "a\r\n.\r\n.b\r\nc\r\n|x"},
        {"a\n.\n\r\n.\r\n", "a\n.\n\r\n|"},
        {"a\r\n.\n\r\n.\r\n", "a\r\n\n\r\n|"},
        {"a\r.\r\n\r\n.\r\n", "a\r.\r\n\r\n|"},
        {"a\r\n.\rb\r\n.\r\n", "a\r\n\rb\r\n|"},
        {"a\r\n.\r\r\n.\r\n", "a\r\n\r\r\n|"},
        {"a\r\r\n.\r\n", "a\r\r\n|"},
        {"a\r\n.", "more"},
        {"a\r\n.\r", "more"},
        {"a.\r\n", "more"},
        {repeated('x', 99) + "\r\n.\r\n", "large"},
    };
    for (const auto& [wire, wanted] : cases) {
        for (std::size_t cut = 0; cut <= wire.size(); ++cut)
            EXPECT_EQ(read(wire, cut), wanted) << wire << " at " << cut;
    }
}

TEST(DataReaderTest, ReadsWhatIsStuffed) {
    for (const std::string content : {"", ".\r\n", "..a\r\n.b\r\n", "a", "a\r\n.\r\nb\r\n", "a\n.\nb\r\n"}) {
        std::string wire;
        append_stuffed(content, wire);
        const std::string whole = content.empty() || content.ends_with("\r\n") ? content : content + "\r\n";
        EXPECT_EQ(read(wire, wire.size()), whole + '|') << content;
    }
}

TEST(ReplyTest, IsWrittenInLinesThatFit) {
    EXPECT_EQ(to_wire({250, "2.1.0", "Ok"}), "250 2.1.0 Ok\r\n");
    EXPECT_EQ(to_wire({250, "", "a\nb"}), "250-a\r\n250 b\r\n");
    EXPECT_EQ(to_wire({550, "5.7.1", "a\r\nb\rc\xc3\xb6"}), "550-5.7.1 a\r\n550 5.7.1 b?c??\r\n");
    EXPECT_EQ(to_wire({550, "5.7.1", "\xc3\xb6"}, true), "550 5.7.1 \xc3\xb6\r\n");
    EXPECT_LE(to_wire({550, "5.7.1", repeated('x', 2000)}).size(), 512U);
}

TEST(ReplyTest, IsReadHoweverTheOctetsCome) {
    const std::string wire = "250-mx.example\r\n250-SIZE 10\n250 DSN\r\n354\r\n550 5.1.1 No\r\n";
    for (std::size_t step = 1; step <= wire.size(); ++step) {
        ReplyParser parser;
        std::vector<Reply> replies;
        for (std::size_t begin = 0; begin < wire.size(); begin += step) {
            std::string_view piece = std::string_view(wire).substr(begin, step);
            while (!piece.empty()) {
                const auto state = parser.feed(piece);
                ASSERT_NE(state, ReplyParser::State::failed);
                if (state == ReplyParser::State::done) replies.push_back(parser.take());
            }
        }
        ASSERT_EQ(replies.size(), 3U);
        EXPECT_EQ(replies[0].text, "mx.example\nSIZE 10\nDSN");
        EXPECT_EQ(replies[1].code, 354U);
        EXPECT_EQ(replies[2].status, "5.1.1");
        EXPECT_EQ(replies[2].text, "5.1.1 No");
    }
}

TEST(ReplyTest, OfOtherShapesFails) {
    for (const std::string text : {"hello\r\n", "25\r\n", "650 x\r\n", "250x\r\n", "250-a\r\n251 b\r\n"}) {
        ReplyParser parser;
        std::string_view in = text;
        EXPECT_EQ(parser.feed(in), ReplyParser::State::failed) << text;
    }
    ReplyParser parser;
    const std::string long_line(ReplyParser::max_line + 1, '2');
    std::string_view in = long_line;
    EXPECT_EQ(parser.feed(in), ReplyParser::State::failed);
}

TEST(TraceTest, SaysWhereAMessageCameFrom) {
    EXPECT_EQ(mail::format_date(0), "Thu, 1 Jan 1970 00:00:00 +0000");
    EXPECT_EQ(mail::format_date(1795348805), "Sun, 22 Nov 2026 12:00:05 +0000");
    mail::PeerFacts peer;
    peer.server = "mx.example";
    EXPECT_EQ(mail::received_field(peer, "1f", "", 0),
              "Received: by mx.example (Postern) id 1f;\r\n\tThu, 1 Jan 1970 00:00:00 +0000\r\n");
}

}  // namespace
}  // namespace postern::smtp
