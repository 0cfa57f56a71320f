// What comes in by APPEND and its relatives: MULTIAPPEND (RFC 3502), REPLACE (RFC 8508).
#include "kernel/config/yaml_reader.hpp"
#include "tests/imap/support/fixture.hpp"

namespace postern::imap::test {
namespace {

class AppendExtensions : public ImapFixture {
protected:
    Client& open_with(std::initializer_list<const char*> plugins, unsigned messages = 0) {
        for (const char* plugin : plugins) load(plugin);
        if (messages > 0) deliver("INBOX", messages);
        return open();
    }
    std::string uidvalidity(std::string_view mailbox) {
        return std::to_string(account_->find_mailbox(mailbox)->uidvalidity);
    }
    std::uint32_t total(std::string_view mailbox) { return account_->find_mailbox(mailbox)->total; }
};

const std::string first_letter =
    "Date: Mon, 7 Feb 1994 21:52:25 -0800 (PST)\r\nFrom: Fred Foobar <foobar@Blurdybloop.example.COM>\r\n"
    "Subject: afternoon meeting\r\n\r\nHello Joe, do you think we can meet at 3:30 tomorrow?\r\n";
const std::string second_letter =
    "Date: Mon, 7 Feb 1994 22:43:04 -0800 (PST)\r\nFrom: Joe Mooch <mooch@OWaTaGu.example.net>\r\n"
    "Subject: Re: afternoon meeting\r\n\r\n3:30 is fine with me.\r\n";

TEST_F(AppendExtensions, WithoutThemTheirCommandsAreBad) {
    Client& client = open_with({}, 1);
    EXPECT_TRUE(client.command("APPEND INBOX " + literal(first_letter) + " " + literal(second_letter)).bad());
    EXPECT_TRUE(client.command("REPLACE 1 INBOX " + literal(first_letter)).bad());
    EXPECT_EQ(total("INBOX"), 1U);
}

TEST_F(AppendExtensions, SeveralMessagesComeTogether) {
    Client& client = open_with({"imap-multiappend", "imap-uidplus"});
    EXPECT_NE(client.command("CAPABILITY").text().find("MULTIAPPEND"), std::string::npos);
    const Reply reply = client.command("APPEND INBOX (\\Seen) " + literal(first_letter) +
                                       " (\\Seen \\Flagged) \" 7-Feb-1994 22:43:04 -0800\" " +
                                       literal(second_letter) + " " + literal(first_letter));
    EXPECT_TRUE(reply.ok()) << reply.tagged.raw;
    EXPECT_EQ(reply.tagged.code, "APPENDUID " + uidvalidity("INBOX") + " 1:3");
    EXPECT_EQ(reply.lines("EXISTS"), std::vector<std::string>{"* 3 EXISTS"});
    EXPECT_EQ(client.command("FETCH 2 (FLAGS INTERNALDATE RFC822.SIZE)").text(),
              "* 2 FETCH (FLAGS (\\Flagged \\Seen \\Recent) INTERNALDATE \" 7-Feb-1994 22:43:04 -0800\" "
              "RFC822.SIZE " +
                  std::to_string(second_letter.size()) + ")\n");
    EXPECT_EQ(client.command("FETCH 3 FLAGS").text(), "* 3 FETCH (FLAGS (\\Recent))\n");
}

TEST_F(AppendExtensions, OneMessageIsStillOne) {
    Client& client = open_with({"imap-multiappend", "imap-uidplus"});
    EXPECT_EQ(client.command("APPEND INBOX " + literal(first_letter)).tagged.code,
              "APPENDUID " + uidvalidity("INBOX") + " 1");
}

TEST_F(AppendExtensions, AllOrNothing) {
    Client& client = open_with({"imap-multiappend"});
    // An empty message cancels; so does what is no message, and a mailbox that is not there.
    EXPECT_TRUE(client.command("APPEND INBOX " + literal(first_letter) + " {0}\r\n").no());
    EXPECT_TRUE(client.command("APPEND INBOX " + literal(first_letter) + " (\\Seen").bad());
    EXPECT_TRUE(client
                    .command("APPEND INBOX " + literal(first_letter) + " \"32-Feb-1994 22:43:04 -0800\" " +
                             literal(second_letter))
                    .bad());
    EXPECT_EQ(client.command("APPEND bogusname (\\Flagged) " + literal(first_letter)).tagged.code,
              "TRYCREATE");
    const Reply large = client.command("APPEND INBOX " + literal(first_letter) + " {2000000000}");
    EXPECT_TRUE(large.no());
    EXPECT_EQ(large.tagged.code, "TOOBIG");
    EXPECT_EQ(client.command("NOOP").text(), "");
    EXPECT_EQ(total("INBOX"), 0U);
}

TEST_F(AppendExtensions, WhatComesTogetherIsBounded) {
    Diagnostics problems;
    plugin_.configure(config::read_yaml_text("append_limit: 1000", "imap", problems), problems);
    EXPECT_FALSE(problems.has_errors());
    Client& client = open_with({"imap-multiappend", "imap-literal-plus"});
    const std::string head = "Subject: a\r\n\r\n";
    const std::string largest = literal(head + std::string(1000 - head.size(), 'x'));
    const std::string four = largest + " " + largest + " " + largest + " " + largest;
    // Four of the largest, however the mailbox is named.
    EXPECT_TRUE(client.command("APPEND {5}\r\nINBOX " + four).ok());
    EXPECT_EQ(total("INBOX"), 4U);
    // One octet more is refused as it is announced, and all of them with it.
    const Reply refused = client.command("APPEND INBOX " + four + " {1}\r\nx");
    EXPECT_TRUE(refused.no()) << refused.tagged.raw;
    EXPECT_EQ(refused.tagged.code, "TOOBIG");
    EXPECT_EQ(total("INBOX"), 4U);
    // What comes without waiting is skipped; the next command is understood.
    std::string unasked = "x APPEND INBOX " + four + " " + largest + "\r\n";
    for (auto at = unasked.find("{1000}"); at != std::string::npos; at = unasked.find("{1000}"))
        unasked.replace(at, 6, "{1000+}");
    client.send(unasked + "y NOOP\r\n");
    const std::string answer = client.take();
    EXPECT_TRUE(answer.starts_with("x NO [TOOBIG]")) << answer;
    EXPECT_TRUE(answer.ends_with("y OK NOOP completed\r\n")) << answer;
    EXPECT_EQ(total("INBOX"), 4U);
    // Each command has its own bound.
    EXPECT_TRUE(client.command("APPEND INBOX " + four).ok());
    EXPECT_EQ(total("INBOX"), 8U);
}

TEST_F(AppendExtensions, ReplaceTellsTheNewBeforeTheOldIsGone) {
    Client& client = open_with({"imap-replace", "imap-uidplus"}, 4);
    EXPECT_NE(client.command("CAPABILITY").text().find("REPLACE"), std::string::npos);
    const Reply reply = client.command("REPLACE 4 INBOX (\\Seen \\Draft) " + literal(first_letter));
    EXPECT_TRUE(reply.ok()) << reply.tagged.raw;
    EXPECT_EQ(reply.untagged.front().code, "APPENDUID " + uidvalidity("INBOX") + " 5");
    EXPECT_EQ(reply.lines("EXPUNGE"), std::vector<std::string>{"* 4 EXPUNGE"});
    EXPECT_EQ(client.view.messages.size(), 4U);
    EXPECT_EQ(client.command("UID FETCH 1:* FLAGS").lines().back(),
              "* 4 FETCH (UID 5 FLAGS (\\Seen \\Draft \\Recent))");
}

TEST_F(AppendExtensions, ReplaceByUidIntoAnotherMailbox) {
    Client& client =
        open_with({"imap-replace", "imap-uidplus", "imap-enable", "imap-condstore", "imap-qresync"}, 3);
    EXPECT_TRUE(client.command("ENABLE QRESYNC").ok());
    // What is not \Deleted otherwise stays, also what is.
    EXPECT_TRUE(client.command("STORE 1 +FLAGS.SILENT (\\Deleted)").ok());
    const Reply reply =
        client.command("UID REPLACE 2 Sent \" 7-Feb-1994 22:43:04 -0800\" " + literal(second_letter));
    EXPECT_TRUE(reply.ok()) << reply.tagged.raw;
    EXPECT_EQ(reply.untagged.front().code, "APPENDUID " + uidvalidity("Sent") + " 1");
    EXPECT_EQ(reply.lines("VANISHED"), std::vector<std::string>{"* VANISHED 2"});
    // The expunge has the higher mod-sequence of the two changes, and is the mailbox's last.
    EXPECT_EQ(reply.tagged.code,
              "HIGHESTMODSEQ " + std::to_string(account_->find_mailbox("INBOX")->highest_modseq));
    EXPECT_LT(account_->find_mailbox("Sent")->highest_modseq,
              account_->find_mailbox("INBOX")->highest_modseq);
    EXPECT_EQ(total("INBOX"), 2U);
    EXPECT_EQ(total("Sent"), 1U);
    EXPECT_TRUE(client.command("SELECT Sent").ok());
    EXPECT_EQ(client.command("FETCH 1 (INTERNALDATE)").text(),
              "* 1 FETCH (INTERNALDATE \" 7-Feb-1994 22:43:04 -0800\")\n");
}

TEST_F(AppendExtensions, ReplaceThatFailsChangesNothing) {
    Client& client = open_with({"imap-replace", "imap-multiappend"}, 2);
    EXPECT_TRUE(client.command("REPLACE 1:2 INBOX " + literal(first_letter)).bad());
    EXPECT_TRUE(client.command("REPLACE 7 INBOX " + literal(first_letter)).bad());
    EXPECT_TRUE(client.command("REPLACE INBOX " + literal(first_letter)).bad());
    EXPECT_TRUE(client.command("REPLACE 1 INBOX").bad());
    EXPECT_TRUE(
        client.command("REPLACE 1 INBOX " + literal(first_letter) + " " + literal(first_letter)).bad());
    EXPECT_TRUE(client.command("UID REPLACE 7 INBOX " + literal(first_letter)).no());
    EXPECT_TRUE(client.command("REPLACE 1 INBOX {0}\r\n").no());
    EXPECT_EQ(client.command("REPLACE 1 Nowhere " + literal(first_letter)).tagged.code, "TRYCREATE");
    EXPECT_EQ(client.command("REPLACE 1 INBOX {2000000000}").tagged.code, "TOOBIG");
    EXPECT_EQ(total("INBOX"), 2U);
    EXPECT_TRUE(client.command("EXAMINE INBOX").ok());
    EXPECT_EQ(client.command("REPLACE 1 INBOX " + literal(first_letter)).tagged.code, "NOPERM");
    EXPECT_TRUE(client.command("CLOSE").ok());
    EXPECT_TRUE(client.command("REPLACE 1 INBOX " + literal(first_letter)).bad());
    EXPECT_EQ(total("INBOX"), 2U);
}

TEST_F(AppendExtensions, ReplaceOfAMessageThatIsGoneAppendsNothing) {
    Client& client = open_with({"imap-replace"}, 2);
    Client& other = open();
    EXPECT_TRUE(other.command("STORE 1 +FLAGS.SILENT (\\Deleted)").ok());
    EXPECT_TRUE(other.command("EXPUNGE").ok());
    const Reply reply = client.command("REPLACE 1 INBOX " + literal(first_letter));
    EXPECT_TRUE(reply.no()) << reply.tagged.raw;
    EXPECT_EQ(reply.tagged.code, "EXPUNGEISSUED");
    EXPECT_EQ(total("INBOX"), 1U);
}

}  // namespace
}  // namespace postern::imap::test
