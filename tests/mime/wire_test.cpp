#include "postern/mime/wire.hpp"

#include <gtest/gtest.h>

#include <string>

namespace postern::mime {
namespace {

std::string imap_string(std::string_view text) {
    std::string out;
    append_imap_string(text, out);
    return out;
}
std::string envelope(std::string_view raw) {
    const Message m = parse_message(raw);
    std::string out;
    append_envelope(m, m.root(), out);
    return out;
}
std::string bodystructure(std::string_view raw) {
    std::string out;
    append_bodystructure(parse_message(raw), out);
    return out;
}
std::string body(std::string_view raw) {
    std::string out;
    EXPECT_TRUE(append_body_of(bodystructure(raw), out)) << raw;
    return out;
}

TEST(ImapString, QuotedOrLiteral) {
    EXPECT_EQ(imap_string(""), "\"\"");
    EXPECT_EQ(imap_string("plain text"), "\"plain text\"");
    EXPECT_EQ(imap_string("a\"b\\c"), R"("a\"b\\c")");
    EXPECT_EQ(imap_string("\xC3\xA4"), "{2}\r\n\xC3\xA4");
    EXPECT_EQ(imap_string("a\rb"), "{3}\r\na\rb");
    EXPECT_EQ(imap_string("a\nb\""), "{4}\r\na\nb\"");
    EXPECT_EQ(imap_string(std::string(1001, 'x')), "{1001}\r\n" + std::string(1001, 'x'));
    EXPECT_EQ(imap_string(std::string_view("a\0b", 3)), "\"a?b\"") << "NUL cannot be sent";
    EXPECT_EQ(imap_string(std::string_view("\xFF\0", 2)), "{2}\r\n\xFF?");
}

// RFC 3501 section 8.
TEST(Envelope, OfTheRfc) {
    EXPECT_EQ(
        envelope("Date: Wed, 17 Jul 1996 02:23:25 -0700 (PDT)\r\n"
                 "From: Terry Gray <gray@cac.washington.edu>\r\n"
                 "Subject: IMAP4rev1 WG mtg summary and minutes\r\n"
                 "To: imap@cac.washington.edu\r\n"
                 "cc: minutes@CNRI.Reston.VA.US, John Klensin <KLENSIN@MIT.EDU>\r\n"
                 "Message-Id: <B27397-0100000@cac.washington.edu>\r\n"
                 "MIME-Version: 1.0\r\n"
                 "Content-Type: TEXT/PLAIN; CHARSET=US-ASCII\r\n\r\n"),
        "(\"Wed, 17 Jul 1996 02:23:25 -0700 (PDT)\" "
        "\"IMAP4rev1 WG mtg summary and minutes\" "
        "((\"Terry Gray\" NIL \"gray\" \"cac.washington.edu\")) "
        "((\"Terry Gray\" NIL \"gray\" \"cac.washington.edu\")) "
        "((\"Terry Gray\" NIL \"gray\" \"cac.washington.edu\")) "
        "((NIL NIL \"imap\" \"cac.washington.edu\")) "
        "((NIL NIL \"minutes\" \"CNRI.Reston.VA.US\")(\"John Klensin\" NIL \"KLENSIN\" \"MIT.EDU\")) NIL NIL "
        "\"<B27397-0100000@cac.washington.edu>\")");
}

TEST(Envelope, AbsentAndEmptyFields) {
    EXPECT_EQ(envelope(""), "(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)");
    EXPECT_EQ(envelope("Date:\nSubject:\nFrom:\nTo: \nIn-Reply-To:\nMessage-ID:\n\n"),
              R"(("" "" NIL NIL NIL NIL NIL NIL "" ""))");
}

TEST(Envelope, SenderAndReplyToDefaultToFrom) {
    EXPECT_EQ(envelope("From: a@b\nSender: c@d\nReply-To: \n\n"),
              R"((NIL NIL ((NIL NIL "a" "b")) ((NIL NIL "c" "d")) ((NIL NIL "a" "b")) NIL NIL NIL NIL NIL))");
}

TEST(Envelope, FoldedSubjectAndSeveralFields) {
    EXPECT_EQ(envelope("Subject: one\r\n two\r\nSubject: second\r\nTo: a@b\r\nTo: c@d\r\n\r\n"),
              R"((NIL "one two" NIL NIL NIL ((NIL NIL "a" "b")(NIL NIL "c" "d")) NIL NIL NIL NIL))");
}

TEST(Envelope, GroupsRoutesAndMissingPieces) {
    EXPECT_EQ(envelope("To: Friends: a@b, \"C\" <@x,@y:c@d>;\nCc: root, <>, Undisclosed recipients:;\n\n"),
              "(NIL NIL NIL NIL NIL "
              R"(((NIL NIL "Friends" NIL)(NIL NIL "a" "b")("C" "@x,@y" "c" "d")(NIL NIL NIL NIL)) )"
              R"(((NIL NIL "root" "MISSING_DOMAIN")(NIL NIL "MISSING_MAILBOX" "MISSING_DOMAIN"))"
              R"((NIL NIL "Undisclosed recipients" NIL)(NIL NIL NIL NIL)) NIL NIL NIL))");
}

TEST(Envelope, EightBitGoesIntoALiteral) {
    EXPECT_EQ(envelope("Subject: gr\xC3\xBC\xC3\x9F\n\n"),
              "(NIL {6}\r\ngr\xC3\xBC\xC3\x9F NIL NIL NIL NIL NIL NIL NIL NIL)");
}

TEST(BodyStructure, PlainText) {
    const std::string raw = "Content-Type: TEXT/PLAIN; CHARSET=US-ASCII\r\n\r\n1\r\n2\r\n";
    EXPECT_EQ(bodystructure(raw),
              R"(("TEXT" "PLAIN" ("CHARSET" "US-ASCII") NIL NIL "7bit" 6 2 NIL NIL NIL NIL))");
    EXPECT_EQ(body(raw), R"(("TEXT" "PLAIN" ("CHARSET" "US-ASCII") NIL NIL "7bit" 6 2))");
}

TEST(BodyStructure, DefaultsAreFilledIn) {
    EXPECT_EQ(bodystructure("\nx"),
              R"(("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 1 0 NIL NIL NIL NIL))");
    EXPECT_EQ(bodystructure("Content-Type: nonsense\n\nx"),
              R"(("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 1 0 NIL NIL NIL NIL))");
    EXPECT_EQ(bodystructure("Content-Type: text/html\n\nx"),
              R"(("text" "html" NIL NIL NIL "7bit" 1 0 NIL NIL NIL NIL))");
}

TEST(BodyStructure, MultipartWithExtensionData) {
    const std::string raw =
        "Content-Type: multipart/mixed; boundary=b\r\nContent-Language: en\r\n\r\n"
        "--b\r\n\r\nhello\r\n"
        "--b\r\nContent-Type: image/png; name=x.png\r\nContent-Transfer-Encoding: base64\r\nContent-ID: "
        "<1@x>\r\n"
        "Content-Description: picture\r\nContent-MD5: m==\r\nContent-Disposition: inline; filename=x.png; "
        "size=3\r\n"
        "Content-Language: de, fr\r\nContent-Location: u\r\n\r\nAAAA\r\n--b--\r\n";
    EXPECT_EQ(
        bodystructure(raw),
        R"((("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 5 0 NIL NIL NIL NIL))"
        R"(("image" "png" ("name" "x.png") "<1@x>" "picture" "base64" 4 "m==" )"
        R"(("inline" ("filename" "x.png" "size" "3")) ("de" "fr") "u") "mixed" ("boundary" "b") NIL "en" NIL))");
    EXPECT_EQ(body(raw), R"((("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 5 0))"
                         R"(("image" "png" ("name" "x.png") "<1@x>" "picture" "base64" 4) "mixed"))");
}

TEST(BodyStructure, EncapsulatedMessage) {
    const std::string raw =
        "Content-Type: message/rfc822\nContent-Disposition: attachment\n\nSubject: \"in\"\n\nx\ny\n";
    const std::string env = R"((NIL "\"in\"" NIL NIL NIL NIL NIL NIL NIL NIL))";
    EXPECT_EQ(
        bodystructure(raw),
        R"(("message" "rfc822" NIL NIL NIL "7bit" 19 )" + env +
            R"( ("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 4 2 NIL NIL NIL NIL) 4 NIL ("attachment" NIL) NIL NIL))");
    EXPECT_EQ(body(raw), R"(("message" "rfc822" NIL NIL NIL "7bit" 19 )" + env +
                             R"( ("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 4 2) 4))");
}

TEST(BodyStructure, BodyOfRejectsWhatIsNone) {
    for (const std::string_view bad :
         {"", "(", "()", "NIL", "(\"text\" \"plain\")", "(\"text\" \"plain\" NIL NIL NIL \"7bit\" 1 0", "((",
          "(\"a\" {99999}\r\nx NIL NIL NIL \"7bit\" 1)", "(\"a\" {99999999999999999999}\r\nx)",
          "(\"a\" \"b\\", "(\"a\" \"b\" NIL NIL NIL \"7bit\" 1) "}) {
        std::string out = "kept";
        EXPECT_FALSE(append_body_of(bad, out)) << bad;
        EXPECT_EQ(out, "kept");
    }
    std::string deep(5000, '(');
    std::string out;
    EXPECT_FALSE(append_body_of(deep, out));
}

TEST(BodyStructure, LiteralsAreCutCorrectly) {
    const std::string raw =
        "Content-Type: text/plain; name=\"\xE4(\"\nContent-Description: \xE4)\nContent-MD5: \xE4\n\n";
    EXPECT_EQ(body(raw), "(\"text\" \"plain\" (\"name\" {2}\r\n\xE4() NIL {2}\r\n\xE4) \"7bit\" 0 0)");
}

}  // namespace
}  // namespace postern::mime
