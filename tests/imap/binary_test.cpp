// BINARY (RFC 3516).
#include "tests/imap/support/fixture.hpp"

namespace postern::imap::test {
namespace {

using namespace std::string_literals;

class Binary : public ImapFixture {
protected:
    Client& open_with(const std::vector<std::string>& messages) {
        load("imap-binary");
        if (!messages.empty()) deliver("INBOX", messages);
        return open();
    }
};

const std::string parts =
    "Subject: parts\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    "--b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    "Gr=C3=BC=C3=9Fe=\r\n!\r\n"
    "--b\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    "AAECAwQFBgcICQ==\r\n"
    "--b\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    "b25lCnR3bw0KdGhyZWUK\r\n"  // "one\ntwo\r\nthree\n"
    "--b\r\nContent-Type: application/x-odd\r\nContent-Transfer-Encoding: x-uuencode\r\n\r\nodd\r\n"
    "--b\r\nContent-Type: text/plain\r\n\r\nplain\r\n"
    "--b--\r\n";

TEST_F(Binary, WithoutItItsItemsAreUnknown) {
    deliver("INBOX", 1);
    Client& client = open();
    EXPECT_TRUE(client.command("FETCH 1 BINARY[1]").bad());
    EXPECT_TRUE(client.command("FETCH 1 BINARY.SIZE[1]").bad());
    EXPECT_TRUE(client.command("APPEND INBOX ~{3}").bad());
}

TEST_F(Binary, PartsComeDecoded) {
    Client& client = open_with({parts});
    EXPECT_NE(client.command("CAPABILITY").text().find("BINARY"), std::string::npos);
    EXPECT_EQ(client.command("FETCH 1 BINARY.PEEK[1]").text(),
              "* 1 FETCH (BINARY[1] {8}\r\nGr\xC3\xBC\xC3\x9F"
              "e!)\n");
    // NUL needs a literal8; a window without it does not.
    EXPECT_EQ(client.command("FETCH 1 BINARY.PEEK[2]").text(),
              "* 1 FETCH (BINARY[2] ~{10}\r\n\0\x01\x02\x03\x04\x05\x06\x07\x08\x09)\n"s);
    EXPECT_EQ(client.command("FETCH 1 BINARY.PEEK[2]<3.4>").text(),
              "* 1 FETCH (BINARY[2]<3> {4}\r\n\x03\x04\x05\x06)\n");
    EXPECT_EQ(client.command("FETCH 1 BINARY.PEEK[2]<8.400>").text(),
              "* 1 FETCH (BINARY[2]<8> {2}\r\n\x08\x09)\n");
    EXPECT_EQ(client.command("FETCH 1 BINARY.PEEK[2]<10.4>").text(), "* 1 FETCH (BINARY[2]<10> \"\")\n");
    EXPECT_EQ(client.command("FETCH 1 BINARY.PEEK[5]").text(), "* 1 FETCH (BINARY[5] {5}\r\nplain)\n");
    EXPECT_EQ(client.command("FETCH 1 BINARY.PEEK[9]").text(), "* 1 FETCH (BINARY[9] NIL)\n");
}

TEST_F(Binary, EncodedTextHasCrlf) {
    Client& client = open_with({parts});
    EXPECT_EQ(client.command("FETCH 1 (BINARY.SIZE[3] BINARY.PEEK[3])").text(),
              "* 1 FETCH (BINARY.SIZE[3] 17 BINARY[3] {17}\r\none\r\ntwo\r\nthree\r\n)\n");
}

TEST_F(Binary, SizesAreThoseOfTheContent) {
    Client& client = open_with({parts});
    EXPECT_EQ(
        client.command("FETCH 1 (BINARY.SIZE[1] BINARY.SIZE[2] BINARY.SIZE[5] BINARY.SIZE[9] BINARY.SIZE[])")
            .text(),
        "* 1 FETCH (BINARY.SIZE[1] 8 BINARY.SIZE[2] 10 BINARY.SIZE[5] 5 BINARY.SIZE[9] 0 BINARY.SIZE[] " +
            std::to_string(parts.size()) + ")\n");
    EXPECT_EQ(client.command("FETCH 1 BINARY.PEEK[]").text(),
              "* 1 FETCH (BINARY[] {" + std::to_string(parts.size()) + "}\r\n" + parts + ")\n");
}

TEST_F(Binary, OnlyPeekLeavesTheMessageUnseen) {
    Client& client = open_with({parts});
    EXPECT_TRUE(client.command("FETCH 1 (BINARY.PEEK[1] BINARY.SIZE[1])").ok());
    EXPECT_EQ(client.command("FETCH 1 FLAGS").text(), "* 1 FETCH (FLAGS (\\Recent))\n");
    EXPECT_TRUE(client.command("FETCH 1 BINARY[1]").ok());
    EXPECT_EQ(client.command("FETCH 1 FLAGS").text(), "* 1 FETCH (FLAGS (\\Seen \\Recent))\n");
}

TEST_F(Binary, AnUnknownEncodingIsToldSo) {
    Client& client = open_with({parts, letter(1)});
    for (const char* command :
         {"FETCH 1 BINARY.PEEK[4]", "FETCH 1 BINARY.SIZE[4]", "UID FETCH 1 BINARY[4]"}) {
        const Reply reply = client.command(command);
        EXPECT_TRUE(reply.no()) << command;
        EXPECT_EQ(reply.tagged.code, "UNKNOWN-CTE") << command;
    }
    EXPECT_EQ(client.command("FETCH 1 BODY.PEEK[4]").text(), "* 1 FETCH (BODY[4] {3}\r\nodd)\n");
}

TEST_F(Binary, OnlyPartNumbersAreSections) {
    Client& client = open_with({parts});
    for (const char* item : {"BINARY", "BINARY[TEXT]", "BINARY[1.MIME]", "BINARY[HEADER]",
                             "BINARY.SIZE[1]<0.3>", "BINARY.SIZE", "BINARY.PEEK[0]", "BINARY[1]<0.0>"}) {
        EXPECT_TRUE(client.command("FETCH 1 " + std::string(item)).bad()) << item;
    }
}

TEST_F(Binary, LargePartsAreStreamed) {
    std::string body;
    std::string text = "Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\n";
    for (int line = 0; line < 120'000; ++line) {
        text += "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4\r\n";
        for (int i = 0; i < 57; ++i) body += static_cast<char>(i);
    }
    Client& client = open_with({text});
    const std::string size = std::to_string(body.size());
    const Reply reply = client.command("FETCH 1 (BINARY.PEEK[1] BINARY.SIZE[1])");
    EXPECT_TRUE(reply.ok());
    EXPECT_TRUE(reply.text() ==
                "* 1 FETCH (BINARY[1] ~{" + size + "}\r\n" + body + " BINARY.SIZE[1] " + size + ")\n");
}

TEST_F(Binary, MessagesMayComeAsLiteral8) {
    Client& client = open_with({});
    const std::string message = "Subject: a\r\n\r\n\xff\xfe body\r\n";
    EXPECT_TRUE(
        client.command("APPEND INBOX (\\Seen) ~{" + std::to_string(message.size()) + "}\r\n" + message).ok());
    EXPECT_EQ(client.command("FETCH 1 BODY.PEEK[]").text(),
              "* 1 FETCH (BODY[] {" + std::to_string(message.size()) + "}\r\n" + message + ")\n");
}

TEST_F(Binary, NulIsEncodedOnItsWayIn) {
    Client& client = open_with({});
    const std::string octets = "\0\x01\r\nNUL\0"s;
    const std::string message =
        "Subject: a\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: image/x\r\n"
        "Content-Transfer-Encoding: binary\r\nContent-ID: <1>\r\n\r\n" +
        octets + "\r\n--b\r\n\r\ntext\r\n--b--\r\n";
    EXPECT_TRUE(client.command("APPEND INBOX ~{" + std::to_string(message.size()) + "}\r\n" + message).ok());
    EXPECT_EQ(client.command("FETCH 1 (BODY.PEEK[1] BODY.PEEK[1.MIME] BINARY.PEEK[1])").text(),
              "* 1 FETCH (BODY[1] {12}\r\nAAENCk5VTAA= BODY[1.MIME] {77}\r\nContent-Type: image/x\r\n"
              "Content-Transfer-Encoding: base64\r\nContent-ID: <1>\r\n\r\n BINARY[1] ~{8}\r\n" +
                  octets + ")\n");
    EXPECT_EQ(client.command("FETCH 1 BODY.PEEK[2]").text(), "* 1 FETCH (BODY[2] {4}\r\ntext)\n");
    // A message that is binary as a whole.
    const std::string whole = "Content-Type: image/x\r\nContent-Transfer-Encoding: BINARY\r\n\r\n"s + octets;
    EXPECT_TRUE(client.command("APPEND INBOX ~{" + std::to_string(whole.size()) + "}\r\n" + whole).ok());
    EXPECT_EQ(client.command("FETCH 2 BINARY.PEEK[1]").text(),
              "* 2 FETCH (BINARY[1] ~{8}\r\n" + octets + ")\n");
}

TEST_F(Binary, NulWhereItCannotBeEncodedIsRefused) {
    Client& client = open_with({});
    for (const std::string& message : {"Subject: a\0\r\n\r\nbody\r\n"s, "Subject: a\r\n\r\nbody\0\r\n"s,
                                       "Content-Transfer-Encoding: base64\r\n\r\nAA\0A\r\n"s}) {
        const Reply reply =
            client.command("APPEND INBOX ~{" + std::to_string(message.size()) + "}\r\n" + message);
        EXPECT_TRUE(reply.no());
        EXPECT_EQ(reply.tagged.code, "UNKNOWN-CTE");
    }
    EXPECT_EQ(account_->find_mailbox("INBOX")->total, 0U);
}

}  // namespace
}  // namespace postern::imap::test
