// SORT (RFC 5256), SORT=DISPLAY (RFC 5957), ESORT (RFC 5267 section 3).
#include "tests/imap/support/fixture.hpp"

namespace postern::imap::test {
namespace {

/// A message of which only what sorting looks at is said; empty fields are left out.
struct SortedLetter {
    std::string subject;
    std::string from;
    std::string to;
    std::string cc;
    std::string date;
    std::string text() const {
        std::string all;
        const auto field = [&](std::string_view name, const std::string& value) {
            if (!value.empty()) all += std::string(name) + ": " + value + "\r\n";
        };
        field("Subject", subject);
        field("From", from);
        field("To", to);
        field("Cc", cc);
        field("Date", date);
        return all + "\r\nbody\r\n";
    }
};

class Sort : public ImapFixture {
protected:
    Client& open_with(std::initializer_list<const char*> plugins, const std::vector<SortedLetter>& letters) {
        for (const char* plugin : plugins) load(plugin);
        std::vector<std::string> texts;
        for (const SortedLetter& letter : letters) texts.push_back(letter.text());
        if (!texts.empty()) deliver("INBOX", texts);
        return open();
    }
    /// The reply's line without its tag.
    static std::string answer(Client& client, std::string_view command) {
        const Reply reply = client.command(command);
        EXPECT_TRUE(reply.ok()) << command << ": " << reply.tagged.raw;
        std::string text = reply.text();
        const std::string tag = " (TAG \"" + client.last_tag() + "\")";
        if (const auto at = text.find(tag); at != std::string::npos) text.erase(at, tag.size());
        return text;
    }
};

const std::vector<SortedLetter> five = {
    {"Re: Zebra", "Anna <zoe@example.org>", "ben@example.org", "", "Mon, 02 Nov 2026 10:00:00 +0100"},
    {"apple", "Ben <bob@example.org>", "carl@example.org", "x@example.org",
     "Sun, 01 Nov 2026 10:00:00 +0100"},
    {"[list] Fwd: zebra (fwd)", "bob@example.org", "anna@example.org", "", "Mon, 02 Nov 2026 10:30:00 +0200"},
    {"", "", "", "", ""},
    {"=?utf-8?q?=C3=84pfel?=", "=?utf-8?q?=C3=84nne?= <al@example.org>", "ben@example.org", "b@example.org",
     "Tue, 03 Nov 2026 10:00:00 -0800"},
};

TEST_F(Sort, WithoutItTheCommandIsUnknown) {
    Client& client = open();
    EXPECT_TRUE(client.command("SORT (DATE) UTF-8 ALL").bad());
    EXPECT_TRUE(client.command("UID SORT (DATE) UTF-8 ALL").bad());
    EXPECT_EQ(client.command("CAPABILITY").text().find("SORT"), std::string::npos);
}

TEST_F(Sort, EveryKeyAndItsReverse) {
    Client& client = open_with({"imap-sort"}, five);
    EXPECT_NE(client.command("CAPABILITY").text().find(" SORT"), std::string::npos);
    EXPECT_EQ(client.command("CAPABILITY").text().find("ESORT"), std::string::npos);
    // Base subjects: zebra, apple, zebra, none, A-umlaut, which folds to A and a mark.
    EXPECT_EQ(answer(client, "SORT (SUBJECT) UTF-8 ALL"), "* SORT 4 2 5 1 3\n");
    EXPECT_EQ(answer(client, "SORT (REVERSE SUBJECT) UTF-8 ALL"), "* SORT 1 3 5 2 4\n");
    // 3 was sent at 08:30 UTC, 1 at 09:00; 4 has no date and counts as when it came (2027).
    EXPECT_EQ(answer(client, "SORT (DATE) US-ASCII ALL"), "* SORT 2 3 1 5 4\n");
    EXPECT_EQ(answer(client, "SORT (REVERSE DATE) US-ASCII ALL"), "* SORT 4 5 1 3 2\n");
    EXPECT_EQ(answer(client, "SORT (FROM) UTF-8 ALL"), "* SORT 4 5 2 3 1\n");
    EXPECT_EQ(answer(client, "SORT (TO) UTF-8 ALL"), "* SORT 4 3 1 5 2\n");
    EXPECT_EQ(answer(client, "SORT (CC) UTF-8 ALL"), "* SORT 1 3 4 5 2\n");
    EXPECT_EQ(answer(client, "SORT (REVERSE CC) UTF-8 ALL"), "* SORT 2 5 1 3 4\n");
    EXPECT_EQ(answer(client, "SORT (ARRIVAL) UTF-8 ALL"), "* SORT 1 2 3 4 5\n");
    EXPECT_EQ(answer(client, "SORT (SIZE) UTF-8 ALL").substr(0, 8), "* SORT 4");
}

TEST_F(Sort, FurtherKeysDecideBetweenEquals) {
    Client& client = open_with({"imap-sort"}, five);
    EXPECT_EQ(answer(client, "SORT (SUBJECT REVERSE DATE) UTF-8 ALL"), "* SORT 4 2 5 1 3\n");
    EXPECT_EQ(answer(client, "SORT (SUBJECT DATE) UTF-8 ALL"), "* SORT 4 2 5 3 1\n");
    EXPECT_EQ(answer(client, "SORT (TO REVERSE SUBJECT) UTF-8 ALL"), "* SORT 4 3 1 5 2\n");
    EXPECT_EQ(answer(client, "SORT (TO SUBJECT) UTF-8 ALL"), "* SORT 4 3 5 1 2\n");
}

TEST_F(Sort, InternalDatesAndUids) {
    Client& client = open_with({"imap-sort"}, {});
    for (const char* date : {"03-Nov-2026", "01-Nov-2026", "02-Nov-2026"}) {
        EXPECT_TRUE(client
                        .command("APPEND INBOX \"" + std::string(date) +
                                 " 10:00:00 +0000\" {14}\r\nSubject: a\r\n\r\n")
                        .ok());
    }
    EXPECT_TRUE(client.command("STORE 1 +FLAGS.SILENT (\\Deleted)").ok());
    EXPECT_TRUE(
        client.command("APPEND INBOX \"31-Oct-2026 10:00:00 +0000\" {14}\r\nSubject: b\r\n\r\n").ok());
    EXPECT_TRUE(client.command("EXPUNGE").ok());
    EXPECT_EQ(answer(client, "SORT (ARRIVAL) UTF-8 ALL"), "* SORT 3 1 2\n");
    EXPECT_EQ(answer(client, "UID SORT (ARRIVAL) UTF-8 ALL"), "* SORT 4 2 3\n");
    // The date of a message without Date is its internal date.
    EXPECT_EQ(answer(client, "UID SORT (REVERSE DATE) UTF-8 ALL"), "* SORT 3 2 4\n");
}

TEST_F(Sort, OnlyWhatIsFound) {
    Client& client = open_with({"imap-sort"}, five);
    EXPECT_EQ(answer(client, "SORT (DATE) UTF-8 SUBJECT zebra"), "* SORT 3 1\n");
    EXPECT_EQ(answer(client, "SORT (SUBJECT) US-ASCII TEXT \"not in mailbox\""), "* SORT\n");
    EXPECT_EQ(answer(client, "UID SORT (REVERSE SUBJECT) utf-8 2:3 UID 1:*"), "* SORT 3 2\n");
}

TEST_F(Sort, AnEmptyMailbox) {
    Client& client = open_with({"imap-sort", "imap-esearch"}, {});
    EXPECT_EQ(answer(client, "SORT (DATE) UTF-8 ALL"), "* SORT\n");
    EXPECT_EQ(answer(client, "SORT RETURN (ALL COUNT) (DATE) UTF-8 ALL"), "* ESEARCH COUNT 0\n");
}

TEST_F(Sort, WhatIsWrongIsToldSo) {
    Client& client = open_with({"imap-sort"}, five);
    for (const char* command :
         {"SORT", "SORT (DATE)", "SORT (DATE) UTF-8", "SORT () UTF-8 ALL", "SORT (REVERSE) UTF-8 ALL",
          "SORT (COLOUR) UTF-8 ALL", "SORT DATE UTF-8 ALL", "SORT (DATE) UTF-8 ALL)",
          "SORT (REVERSE REVERSE DATE) UTF-8 ALL", "SORT (DISPLAYFROM) UTF-8 ALL",
          "SORT RETURN (ALL) (DATE) UTF-8 ALL", "SORT (DATE) UTF-8 9"}) {
        EXPECT_TRUE(client.command(command).bad()) << command;
    }
    const Reply charset = client.command("SORT (DATE) KLINGON ALL");
    EXPECT_TRUE(charset.no());
    EXPECT_TRUE(charset.tagged.code.starts_with("BADCHARSET (")) << charset.tagged.raw;
}

TEST_F(Sort, DisplayNames) {
    Client& client = open_with({"imap-sort", "imap-sort-display"}, five);
    EXPECT_NE(client.command("CAPABILITY").text().find("SORT=DISPLAY"), std::string::npos);
    // Names: Anna, Ben, bob@example.org, none, Aenne with its mark after all of Anna's letters.
    EXPECT_EQ(answer(client, "SORT (DISPLAYFROM) UTF-8 ALL"), "* SORT 4 1 5 2 3\n");
    EXPECT_EQ(answer(client, "SORT (REVERSE DISPLAYFROM) UTF-8 ALL"), "* SORT 3 2 5 1 4\n");
    EXPECT_EQ(answer(client, "SORT (DISPLAYTO) UTF-8 ALL"), "* SORT 4 3 1 5 2\n");
}

TEST_F(Sort, ReturnOptionsFollowTheOrder) {
    Client& client = open_with({"imap-sort", "imap-esearch"}, five);
    EXPECT_NE(client.command("CAPABILITY").text().find("ESORT"), std::string::npos);
    // Order by date: 2 3 1 5 4. Only what ascends by one becomes a range.
    EXPECT_EQ(answer(client, "SORT RETURN () (DATE) UTF-8 ALL"), "* ESEARCH ALL 2:3,1,5,4\n");
    EXPECT_EQ(answer(client, "UID SORT RETURN (ALL) (REVERSE DATE) UTF-8 ALL"),
              "* ESEARCH UID ALL 4:5,1,3,2\n");
    EXPECT_EQ(answer(client, "SORT RETURN (MIN MAX COUNT) (DATE) UTF-8 ALL"),
              "* ESEARCH MIN 2 MAX 4 COUNT 5\n");
    // One of them alone must not end the search at the first match.
    EXPECT_EQ(answer(client, "SORT RETURN (MIN) (DATE) UTF-8 ALL"), "* ESEARCH MIN 2\n");
    EXPECT_EQ(answer(client, "SORT RETURN (MAX) (DATE) UTF-8 ALL"), "* ESEARCH MAX 4\n");
    EXPECT_EQ(answer(client, "SORT RETURN (MIN ALL) (DATE) UTF-8 KEYWORD none"), "* ESEARCH\n");
    // SEARCH stays as it was.
    EXPECT_EQ(answer(client, "SEARCH RETURN (MIN MAX ALL) ALL"), "* ESEARCH MIN 1 MAX 5 ALL 1:5\n");
}

TEST_F(Sort, TheHighestModseqComesWithModseqCriteria) {
    Client& client = open_with({"imap-sort", "imap-condstore", "imap-esearch"}, five);
    const std::string plain = answer(client, "SORT (DATE) UTF-8 MODSEQ 1");
    EXPECT_TRUE(plain.find("* SORT 2 3 1 5 4 (MODSEQ ") != std::string::npos) << plain;
    const std::string extended = answer(client, "SORT RETURN (ALL) (DATE) UTF-8 MODSEQ 1");
    EXPECT_TRUE(extended.find("* ESEARCH ALL 2:3,1,5,4 MODSEQ ") != std::string::npos) << extended;
}

TEST_F(Sort, NumbersStayWhileTheyAreInUse) {
    Client& client = open_with({"imap-sort"}, five);
    Client& other = open();
    EXPECT_TRUE(other.command("STORE 1 +FLAGS.SILENT (\\Deleted)").ok());
    EXPECT_TRUE(other.command("EXPUNGE").ok());
    EXPECT_TRUE(client.command("SORT (ARRIVAL) UTF-8 ALL").lines("EXPUNGE").empty());
    EXPECT_TRUE(client.command("UID SORT (ARRIVAL) UTF-8 2").lines("EXPUNGE").empty());
    EXPECT_EQ(client.command("UID SORT (ARRIVAL) UTF-8 ALL").lines("EXPUNGE").size(), 1U);
}

/// More messages than are looked at together.
TEST_F(Sort, ManyMessages) {
    std::vector<SortedLetter> letters;
    for (int i = 0; i < 300; ++i) {
        SortedLetter letter;
        letter.subject = "number " + std::to_string(1000 + i * 7919 % 300);
        letters.push_back(letter);
    }
    Client& client = open_with({"imap-sort"}, letters);
    std::string expected = "* SORT";
    for (int rank = 0; rank < 300; ++rank) {
        for (int i = 0; i < 300; ++i) {
            if (i * 7919 % 300 == rank) expected += " " + std::to_string(i + 1);
        }
    }
    EXPECT_EQ(answer(client, "SORT (SUBJECT) UTF-8 ALL"), expected + "\n");
}

}  // namespace
}  // namespace postern::imap::test
