// COMPRESS=DEFLATE (RFC 4978), INPROGRESS (RFC 9585), UNAUTHENTICATE (RFC 8437), APPENDLIMIT (RFC 7889) and LITERAL-
// (RFC 7888), alone and together, as they are built.
#include <zlib.h>

#include "tests/imap/support/fixture.hpp"

namespace postern::imap::test {
namespace {

/// The client's side of a compressed connection.
class Deflate {
public:
    Deflate() {
        EXPECT_EQ(deflateInit2(&out_, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY), Z_OK);
        EXPECT_EQ(inflateInit2(&in_, -15), Z_OK);
    }
    ~Deflate() {
        deflateEnd(&out_);
        inflateEnd(&in_);
    }
    Deflate(const Deflate&) = delete;
    Deflate& operator=(const Deflate&) = delete;

    std::string compress(std::string text, int flush = Z_SYNC_FLUSH) {
        return run(out_, std::move(text), [flush](z_stream& z) { return deflate(&z, flush); });
    }
    std::string expand(std::string octets) {
        return run(in_, std::move(octets), [](z_stream& z) { return inflate(&z, Z_SYNC_FLUSH); });
    }

private:
    template <class Step>
    static std::string run(z_stream& z, std::string input, Step step) {
        std::string output;
        z.next_in = reinterpret_cast<Bytef*>(input.data());
        z.avail_in = static_cast<uInt>(input.size());
        do {
            std::string piece(4096, '\0');
            z.next_out = reinterpret_cast<Bytef*>(piece.data());
            z.avail_out = static_cast<uInt>(piece.size());
            const int code = step(z);
            EXPECT_TRUE(code == Z_OK || code == Z_BUF_ERROR || code == Z_STREAM_END) << code;
            output += piece.substr(0, piece.size() - z.avail_out);
        } while (z.avail_out == 0);
        EXPECT_EQ(z.avail_in, 0U);
        return output;
    }
    z_stream out_{};
    z_stream in_{};
};

class ConnectionExtensions : public ImapFixture {
protected:
    Client& open_with(std::initializer_list<const char*> plugins, unsigned messages = 0) {
        for (const char* plugin : plugins) load(plugin);
        if (messages > 0) deliver("INBOX", messages);
        return open();
    }
    static std::string capabilities(Client& client) {
        return client.command("CAPABILITY").untagged.front().raw.substr(2);
    }
    /// Sends a command compressed; answers what comes back, expanded.
    static std::string ask(Client& client, Deflate& layer, const std::string& text) {
        client.send(layer.compress(text));
        return layer.expand(client.take());
    }
    static void start_compression(Client& client) {
        const Reply reply = client.command("COMPRESS DEFLATE");
        EXPECT_TRUE(reply.ok()) << reply.tagged.text;
    }
};

TEST_F(ConnectionExtensions, AreUnknownWithoutTheirLibraries) {
    Client& client = open();
    for (const char* command : {"COMPRESS DEFLATE", "UNAUTHENTICATE", "STATUS INBOX (APPENDLIMIT)"})
        EXPECT_TRUE(client.command(command).bad()) << command;
    EXPECT_EQ(capabilities(client), "CAPABILITY IMAP4rev1\r\n");
}

TEST_F(ConnectionExtensions, CompressesBothDirections) {
    Client& client = open_with({"imap-compress"}, 20);
    EXPECT_NE(capabilities(client).find("COMPRESS=DEFLATE"), std::string::npos);
    start_compression(client);
    Deflate layer;
    const std::string plain = ask(client, layer, "b1 FETCH 1:* BODY.PEEK[]\r\n");
    EXPECT_TRUE(plain.ends_with("b1 OK FETCH completed\r\n"));
    EXPECT_NE(plain.find(letter(20)), std::string::npos);
    // Announced no longer, and not possible twice.
    EXPECT_EQ(ask(client, layer, "b2 CAPABILITY\r\n"),
              "* CAPABILITY IMAP4rev1\r\nb2 OK CAPABILITY completed\r\n");
    EXPECT_TRUE(ask(client, layer, "b3 COMPRESS DEFLATE\r\n").starts_with("b3 BAD [COMPRESSIONACTIVE]"));
    // Far fewer octets than text.
    client.send(layer.compress("b4 FETCH 1:* (FLAGS ENVELOPE)\r\n"));
    const std::string octets = client.take();
    EXPECT_LT(octets.size() * 4, layer.expand(octets).size());
}

TEST_F(ConnectionExtensions, CompressedOctetsComeInAnyPieces) {
    Client& client = open_with({"imap-compress"}, 1);
    start_compression(client);
    Deflate layer;
    const std::string octets =
        layer.compress("b1 NOOP\r\nb2 APPEND INBOX {300}\r\n") + layer.compress(letter(7).substr(0, 100));
    for (const char c : octets) client.send(std::string(1, c));
    client.send(layer.compress(std::string(200, 'x') + "\r\n", Z_FULL_FLUSH));
    const std::string text = layer.expand(client.take());
    EXPECT_NE(text.find("b1 OK NOOP completed\r\n+ "), std::string::npos) << text;
    EXPECT_NE(text.find("b2 OK APPEND completed\r\n"), std::string::npos) << text;
    // A block that is not flushed waits for the rest; several commands of one block are answered together.
    client.send(layer.compress("b3 NO", Z_NO_FLUSH));
    EXPECT_EQ(client.take(), "");
    EXPECT_EQ(ask(client, layer, "OP\r\nb4 NOOP\r\n"), "b3 OK NOOP completed\r\nb4 OK NOOP completed\r\n");
}

TEST_F(ConnectionExtensions, CompressionSurvivesWaits) {
    Client& client = open_with({"imap-compress", "imap-idle"}, 1);
    start_compression(client);
    Deflate layer;
    // What the client's compressor refers to reaches back over many waits of the server, and over a partial flush, after
    // which the server cannot give its state back.
    for (int i = 0; i < 50; ++i) {
        const std::string tag = "c" + std::to_string(i);
        const std::string command = tag + " SEARCH HEADER X-Somewhat-Long-Name \"a value\"\r\n";
        client.send(layer.compress(command, i % 3 == 0 ? Z_PARTIAL_FLUSH : Z_SYNC_FLUSH));
        EXPECT_EQ(layer.expand(client.take()), "* SEARCH\r\n" + tag + " OK SEARCH completed\r\n");
    }
    EXPECT_TRUE(ask(client, layer, "d IDLE\r\n").starts_with("+ "));
    deliver("INBOX", 1);
    runtime_.settle();
    EXPECT_EQ(layer.expand(client.take()), "* 2 EXISTS\r\n* 2 RECENT\r\n");
    EXPECT_EQ(ask(client, layer, "DONE\r\n"), "d OK IDLE completed\r\n");
}

TEST_F(ConnectionExtensions, CompressRefusesWhatItCannotDo) {
    load("imap-compress");
    Client& client = connect();
    client.take();
    EXPECT_TRUE(client.command("COMPRESS DEFLATE").bad());
    EXPECT_EQ(capabilities(client).find("COMPRESS"), std::string::npos);
    EXPECT_TRUE(client.command("LOGIN anna secret").ok());
    for (const char* command : {"COMPRESS", "COMPRESS LZW", "COMPRESS DEFLATE 9"})
        EXPECT_TRUE(client.command(command).bad()) << command;
    // Commands that do not wait for the result stay plain, and so does everything.
    client.send("x COMPRESS DEFLATE\r\ny NOOP\r\n");
    const std::string text = client.take();
    EXPECT_TRUE(text.starts_with("x BAD")) << text;
    EXPECT_TRUE(text.ends_with("y OK NOOP completed\r\n")) << text;
    start_compression(client);
}

TEST_F(ConnectionExtensions, CompressionComesAfterTls) {
    load("imap-compress");
    Client& client = connect();
    client.take();
    client.pipe().starttls = true;
    EXPECT_TRUE(client.command("STARTTLS").ok());
    EXPECT_TRUE(client.command("LOGIN anna secret").ok());
    start_compression(client);
    Deflate layer;
    EXPECT_TRUE(ask(client, layer, "b1 STARTTLS\r\n").starts_with("b1 BAD"));
    EXPECT_EQ(ask(client, layer, "b2 NOOP\r\n"), "b2 OK NOOP completed\r\n");
}

TEST_F(ConnectionExtensions, WhatIsNoDeflateEndsTheConnection) {
    Client& client = open_with({"imap-compress"});
    start_compression(client);
    client.send("\xff\xff\xff\xff this is no DEFLATE stream");
    client.take();
    EXPECT_TRUE(client.closed());
    Client& other = open();
    EXPECT_TRUE(other.command("NOOP").ok());
}

TEST_F(ConnectionExtensions, ACompressionBombIsALineTooLong) {
    Client& client = open_with({"imap-compress"});
    start_compression(client);
    Deflate layer;
    // 64 MiB of one letter in some 64 KiB.
    client.send(layer.compress("a NOOP " + std::string(64 * 1024 * 1024, 'x') + "\r\nb NOOP\r\n"));
    const std::string text = layer.expand(client.take());
    EXPECT_TRUE(text.starts_with("a BAD")) << text.substr(0, 200);
}

TEST_F(ConnectionExtensions, ProgressIsToldWhileACommandRuns) {
    load("imap-inprogress", "interval: 0s");
    deliver("INBOX", 70);
    Client& client = open();
    EXPECT_NE(capabilities(client).find("INPROGRESS"), std::string::npos);
    const Reply reply = client.command("SEARCH BODY body");
    const auto notices = reply.lines("OK");
    ASSERT_FALSE(notices.empty());
    const std::string tag = "\"" + client.last_tag() + "\"";
    EXPECT_TRUE(notices.front().starts_with("* OK [INPROGRESS (" + tag + " 69 70)]")) << notices.front();
    // The goal is never reached by a notice, and none comes after the result.
    for (const std::string& notice : notices) EXPECT_EQ(notice.find(" 70 70)"), std::string::npos) << notice;
    EXPECT_EQ(reply.untagged.back().name, "SEARCH");
    client.send("x]y SEARCH BODY body\r\n");
    EXPECT_TRUE(client.take().starts_with("* OK [INPROGRESS (NIL "));
    EXPECT_TRUE(client.command("NOOP").lines("OK").empty());
}

TEST_F(ConnectionExtensions, QuickCommandsTellNoProgress) {
    Client& client = open_with({"imap-inprogress"}, 70);
    EXPECT_EQ(client.command("SEARCH BODY needle").text(), "* SEARCH\n");
    EXPECT_TRUE(client.command("FETCH 1:* FLAGS").lines("OK").empty());
}

TEST_F(ConnectionExtensions, ProgressIsFlushedThroughCompression) {
    load("imap-inprogress", "interval: 0s");
    Client& client = open_with({"imap-compress"}, 3);
    start_compression(client);
    Deflate layer;
    const std::string text = ask(client, layer, "b FETCH 1:* BODY.PEEK[]\r\n");
    EXPECT_NE(text.find("* OK [INPROGRESS (\"b\" 2 3)]"), std::string::npos) << text;
}

TEST_F(ConnectionExtensions, UnauthenticateForgetsTheUser) {
    Client& client = open_with({"imap-unauthenticate"}, 2);
    EXPECT_NE(capabilities(client).find("UNAUTHENTICATE"), std::string::npos);
    EXPECT_TRUE(client.command("UNAUTHENTICATE now").bad());
    EXPECT_TRUE(client.command("STORE 1 +FLAGS.SILENT (\\Deleted)").ok());
    const Reply reply = client.command("UNAUTHENTICATE");
    EXPECT_TRUE(reply.ok());
    EXPECT_EQ(reply.text(), "");
    EXPECT_EQ(account_->session_count(), 0U);
    for (const char* command : {"UNAUTHENTICATE", "FETCH 1 FLAGS", "STATUS INBOX (MESSAGES)"})
        EXPECT_TRUE(client.command(command).bad()) << command;
    EXPECT_TRUE(client.command("LOGIN ben wrong").no());
    EXPECT_TRUE(client.command("LOGIN ben secret").ok());
    EXPECT_TRUE(client.command("FETCH 1 FLAGS").bad());
    EXPECT_EQ(client.command("STATUS INBOX (MESSAGES)").text(), "* STATUS INBOX (MESSAGES 0)\n");
    // The mailbox that was selected was left, not closed: nothing is expunged.
    EXPECT_TRUE(client.command("UNAUTHENTICATE").ok());
    EXPECT_TRUE(client.command("LOGIN anna secret").ok());
    EXPECT_EQ(client.command("STATUS INBOX (MESSAGES)").text(), "* STATUS INBOX (MESSAGES 2)\n");
}

TEST_F(ConnectionExtensions, UnauthenticateCanBePipelined) {
    Client& client = open_with({"imap-unauthenticate", "imap-sasl-ir"});
    client.send("a UNAUTHENTICATE\r\nb AUTHENTICATE PLAIN AGJlbgBzZWNyZXQ=\r\nc STATUS INBOX (MESSAGES)\r\n");
    const std::string text = client.take();
    EXPECT_TRUE(text.starts_with("a OK")) << text;
    EXPECT_NE(text.find("b OK"), std::string::npos) << text;
    EXPECT_TRUE(text.ends_with("* STATUS INBOX (MESSAGES 0)\r\nc OK STATUS completed\r\n")) << text;
}

TEST_F(ConnectionExtensions, UnauthenticateEndsCompression) {
    Client& client = open_with({"imap-unauthenticate", "imap-compress"});
    client.pipe().starttls = true;
    start_compression(client);
    Deflate layer;
    EXPECT_TRUE(ask(client, layer, "b UNAUTHENTICATE\r\n").starts_with("b OK"));
    // Plain again, and all is possible as on a new connection.
    EXPECT_NE(capabilities(client).find("STARTTLS"), std::string::npos);
    EXPECT_TRUE(client.command("LOGIN ben secret").ok());
    EXPECT_NE(capabilities(client).find("COMPRESS=DEFLATE"), std::string::npos);
    start_compression(client);
    Deflate again;
    EXPECT_EQ(ask(client, again, "c NOOP\r\n"), "c OK NOOP completed\r\n");
}

TEST_F(ConnectionExtensions, PlainCommandsMayFollowTheEndOfCompressionAtOnce) {
    for (const int end : {Z_SYNC_FLUSH, Z_FULL_FLUSH, Z_FINISH}) {
        if (extensions_.empty()) {
            load("imap-unauthenticate");
            load("imap-compress");
        }
        Client& client = sign_in();
        start_compression(client);
        Deflate layer;
        client.send(layer.compress("b UNAUTHENTICATE\r\n", end) + "c LOGIN ben secret\r\nd NOOP\r\n");
        const std::string octets = client.take();
        const auto plain = octets.find("c OK");
        ASSERT_NE(plain, std::string::npos) << end;
        EXPECT_TRUE(octets.ends_with("d OK NOOP completed\r\n"));
        EXPECT_TRUE(layer.expand(octets.substr(0, plain)).starts_with("b OK"));
    }
}

TEST_F(ConnectionExtensions, UnauthenticateResetsEverything) {
    Client& client = open_with({"imap-unauthenticate",
                                "imap-compress",
                                "imap-inprogress",
                                "imap-enable",
                                "imap-condstore",
                                "imap-qresync",
                                "imap-esearch",
                                "imap-searchres",
                                "imap-partial",
                                "imap-list-extended",
                                "imap-children",
                                "imap-list-status",
                                "imap-status-size",
                                "imap-savedate",
                                "imap-objectid",
                                "imap-preview",
                                "imap-within",
                                "imap-appendlimit",
                                "imap-literal-plus",
                                "imap-literal-minus",
                                "imap-idle",
                                "imap-uidplus",
                                "imap-move",
                                "imap-special-use",
                                "imap-id",
                                "imap-namespace",
                                "imap-unselect",
                                "imap-sasl-ir"},
                               3);
    const std::string before = capabilities(client);
    EXPECT_TRUE(client.command("ENABLE QRESYNC").ok());
    EXPECT_TRUE(client.command("SEARCH RETURN (SAVE) ALL").ok());
    EXPECT_TRUE(client.command("UNAUTHENTICATE").ok());
    EXPECT_TRUE(client.command("LOGIN anna secret").ok());
    EXPECT_EQ(capabilities(client), before);
    // QRESYNC is off: its SELECT parameter is refused, flags come without MODSEQ, expunges by number.
    EXPECT_TRUE(client.command("SELECT INBOX (QRESYNC (1 1))").bad());
    EXPECT_TRUE(client.command("SELECT INBOX").ok());
    EXPECT_EQ(client.command("SEARCH $").text(), "* SEARCH\n");
    EXPECT_EQ(client.command("STORE 2 +FLAGS (\\Deleted)").text(), "* 2 FETCH (FLAGS (\\Deleted))\n");
    EXPECT_EQ(client.command("EXPUNGE").lines("EXPUNGE"), std::vector<std::string>{"* 2 EXPUNGE"});
}

TEST_F(ConnectionExtensions, AppendLimitIsAnnouncedAndHeld) {
    Client& client = open_with({"imap-appendlimit", "imap-literal-plus"});
    EXPECT_NE(capabilities(client).find(" APPENDLIMIT=67108864 "), std::string::npos);
    EXPECT_EQ(client.command("STATUS INBOX (APPENDLIMIT)").text(), "* STATUS INBOX (APPENDLIMIT 67108864)\n");
    EXPECT_EQ(client.command("APPEND INBOX {67108865}\r\nx").tagged.code, "TOOBIG");
    Client& stranger = connect();
    stranger.take();
    EXPECT_EQ(capabilities(stranger).find("APPENDLIMIT"), std::string::npos);
}

TEST_F(ConnectionExtensions, LiteralMinusTakesSmallOnesWithoutAsking) {
    Client& client = open_with({"imap-literal-minus"});
    EXPECT_NE(capabilities(client).find("LITERAL-"), std::string::npos);
    client.send("x STATUS {5+}\r\nINBOX (MESSAGES)\r\n");
    EXPECT_EQ(client.take(), "* STATUS INBOX (MESSAGES 0)\r\nx OK STATUS completed\r\n");
    client.send("y APPEND INBOX {4096+}\r\n" + std::string(4096, 'y') + "\r\n");
    EXPECT_EQ(client.take(), "* 1 EXISTS\r\n* 1 RECENT\r\ny OK APPEND completed\r\n");
    client.send("z APPEND INBOX {4097+}\r\n" + std::string(4097, 'z') + "\r\nn NOOP\r\n");
    const std::string refused = client.take();
    EXPECT_TRUE(refused.starts_with("z BAD [TOOBIG]")) << refused;
    EXPECT_TRUE(refused.ends_with("n OK NOOP completed\r\n")) << refused;
    // The other form has no such limit.
    EXPECT_TRUE(client.command("APPEND INBOX {5000}\r\n" + std::string(5000, 'a')).ok());
}

class LiteralOrder : public ConnectionExtensions, public ::testing::WithParamInterface<bool> {};

TEST_P(LiteralOrder, LiteralPlusBeatsLiteralMinus) {
    Client& client = GetParam() ? open_with({"imap-literal-minus", "imap-literal-plus"})
                                : open_with({"imap-literal-plus", "imap-literal-minus"});
    const std::string all = capabilities(client);
    EXPECT_NE(all.find("LITERAL+"), std::string::npos);
    EXPECT_EQ(all.find("LITERAL-"), std::string::npos);
    client.send("z APPEND Archive {5000+}\r\n" + std::string(5000, 'z') + "\r\n");
    EXPECT_EQ(client.take(), "z OK APPEND completed\r\n");
}

INSTANTIATE_TEST_SUITE_P(EitherOrder, LiteralOrder, ::testing::Bool());

}  // namespace
}  // namespace postern::imap::test
