// THREAD=ORDEREDSUBJECT and THREAD=REFERENCES (RFC 5256).
#include "tests/imap/support/fixture.hpp"

namespace postern::imap::test {
namespace {

/// Minute of sending, subject, message id, references: "" leaves a field out.
struct ThreadLetter {
    int minute = 0;
    std::string subject;
    std::string id;
    std::string references;
    std::string in_reply_to;
    std::string text() const {
        std::string all;
        if (!subject.empty()) all += "Subject: " + subject + "\r\n";
        if (!id.empty()) all += "Message-ID: <" + id + ">\r\n";
        if (!references.empty()) all += "References: " + references + "\r\n";
        if (!in_reply_to.empty()) all += "In-Reply-To: " + in_reply_to + "\r\n";
        const std::string mm = std::to_string(100 + minute % 60).substr(1);
        const std::string hh = std::to_string(100 + minute / 60).substr(1);
        return all + "Date: Mon, 02 Nov 2026 " + hh + ":" + mm + ":00 +0000\r\n\r\nx\r\n";
    }
};

class Thread : public ImapFixture {
protected:
    Client& open_with(const std::vector<ThreadLetter>& letters) {
        load("imap-thread");
        std::vector<std::string> texts;
        for (const ThreadLetter& letter : letters) texts.push_back(letter.text());
        if (!texts.empty()) deliver("INBOX", texts);
        return open();
    }
    static std::string references(Client& client, std::string_view keys = "ALL") {
        return client.command("THREAD REFERENCES UTF-8 " + std::string(keys)).text();
    }
    static std::string subjects(Client& client, std::string_view keys = "ALL") {
        return client.command("THREAD ORDEREDSUBJECT UTF-8 " + std::string(keys)).text();
    }
};

TEST_F(Thread, WithoutItTheCommandIsUnknown) {
    Client& client = open();
    EXPECT_TRUE(client.command("THREAD REFERENCES UTF-8 ALL").bad());
}

TEST_F(Thread, WhatIsWrongIsToldSo) {
    Client& client = open_with({{1, "a", "a", "", ""}});
    const std::string capabilities = client.command("CAPABILITY").text();
    EXPECT_NE(capabilities.find(" THREAD=ORDEREDSUBJECT THREAD=REFERENCES"), std::string::npos);
    for (const char* command :
         {"THREAD", "THREAD REFERENCES", "THREAD REFERENCES UTF-8", "THREAD JWZ UTF-8 ALL",
          "THREAD REFERENCES UTF-8 5", "THREAD (REFERENCES) UTF-8 ALL"}) {
        EXPECT_TRUE(client.command(command).bad()) << command;
    }
    EXPECT_TRUE(client.command("THREAD REFERENCES KLINGON ALL").tagged.code.starts_with("BADCHARSET"));
    EXPECT_EQ(client.command("THREAD ORDEREDSUBJECT US-ASCII TEXT \"gewp\"").text(), "* THREAD\n");
    EXPECT_EQ(references(client, "KEYWORD none"), "* THREAD\n");
}

TEST_F(Thread, AnEmptyMailbox) {
    Client& client = open_with({});
    EXPECT_EQ(references(client), "* THREAD\n");
    EXPECT_EQ(subjects(client), "* THREAD\n");
}

TEST_F(Thread, OrderedSubject) {
    Client& client = open_with({{5, "Plan", "1", "", ""},
                                {1, "Lunch", "2", "", ""},
                                {3, "Re: plan", "3", "", ""},
                                {9, "RE: [work] PLAN", "4", "", ""},
                                {7, "re: lunch", "5", "", ""},
                                {2, "alone", "6", "", ""}});
    // By the date of each first message; the others are children of the first.
    EXPECT_EQ(subjects(client), "* THREAD (2 5)(6)(3 (1)(4))\n");
    EXPECT_EQ(subjects(client, "NOT 3"), "* THREAD (2 5)(6)(1 4)\n");
}

/// The tree of RFC 5256 section 4: 2, and 3 with 6 under it, which has 4-23 and 44-7-96.
TEST_F(Thread, ReferencesMakeTrees) {
    Client& client = open_with({{1, "one", "a", "", ""},
                                {2, "two", "c", "", ""},
                                {3, "Re: two", "f", "<c>", ""},
                                {4, "Re: two", "d", "<c> <f>", ""},
                                {5, "Re: two", "w", "<c> <f> <d>", ""},
                                {6, "Re: two", "x", "<f>", ""},
                                {7, "Re: two", "g", "", "<x>"},
                                {8, "Re: two", "n", "<x> <g>", ""}});
    EXPECT_EQ(references(client), "* THREAD (1)(2 3 (4 5)(6 7 8))\n");
    EXPECT_EQ(client.command("UID THREAD REFERENCES US-ASCII ALL").text(),
              "* THREAD (1)(2 3 (4 5)(6 7 8))\n");
}

TEST_F(Thread, SiblingsOfAMissingParent) {
    Client& client =
        open_with({{1, "a", "1", "<gone>", ""}, {2, "b", "2", "<gone>", ""}, {3, "c", "3", "<lost>", ""}});
    EXPECT_EQ(references(client), "* THREAD ((1)(2))(3)\n");
}

TEST_F(Thread, MissingMessagesWithinAThreadAreLeftOut) {
    Client& client = open_with({{1, "a", "1", "", ""},
                                {2, "b", "2", "<1> <gone> <lost>", ""},
                                {3, "c", "3", "<1> <gone> <lost>", ""},
                                {4, "d", "4", "<1> <gone>", ""}});
    EXPECT_EQ(references(client), "* THREAD (1 (2)(3)(4))\n");
    // Two missing ones above each other count as one.
    EXPECT_EQ(references(client, "NOT 1"), "* THREAD ((2)(3)(4))\n");
}

TEST_F(Thread, RepliesThatCameFirstFindTheirParent) {
    Client& client =
        open_with({{3, "c", "3", "<1> <2>", ""}, {2, "b", "2", "<1>", ""}, {1, "a", "1", "", ""}});
    EXPECT_EQ(references(client), "* THREAD (3 2 1)\n");
}

TEST_F(Thread, AMessagesOwnReferencesOverruleOthers) {
    // 3 says that 2 follows 1; 2 itself names another parent.
    Client& client = open_with({{1, "a", "1", "", ""},
                                {2, "z", "9", "", ""},
                                {3, "c", "3", "<1> <2>", ""},
                                {4, "b", "2", "<9>", ""}});
    EXPECT_EQ(references(client), "* THREAD (1)(2 4 3)\n");
}

TEST_F(Thread, LoopsAreNotClosed) {
    Client& client =
        open_with({{1, "a", "1", "<2>", ""}, {2, "b", "2", "<1>", ""}, {3, "c", "3", "<3>", ""}});
    EXPECT_EQ(references(client), "* THREAD (2 1)(3)\n");
}

TEST_F(Thread, OfTwoWithTheSameIdTheFirstHasIt) {
    Client& client = open_with({{1, "a", "1", "", ""}, {2, "b", "1", "", ""}, {3, "c", "3", "<1>", ""}});
    EXPECT_EQ(references(client), "* THREAD (1 3)(2)\n");
}

TEST_F(Thread, QuotedIdsAreTheSameIds) {
    Client& client = open_with({{1, "a", "\"01KF8JCEOCBS0045PS\"@xxx.yyy.com", "", ""},
                                {2, "b", "2@x", "<01KF8JCEOCBS0045PS@xxx.yyy.com>", ""}});
    EXPECT_EQ(references(client), "* THREAD (1 2)\n");
}

TEST_F(Thread, RepliesBySubjectJoinTheirThread) {
    Client& client =
        open_with({{1, "Plan", "1", "", ""}, {2, "Re: Plan", "2", "", ""}, {3, "re: plan", "3", "", ""}});
    EXPECT_EQ(references(client), "* THREAD (1 (2)(3))\n");
}

TEST_F(Thread, EqualSubjectsThatAreNoRepliesBecomeSiblings) {
    Client& client = open_with({{1, "Plan", "1", "", ""},
                                {2, "Plan", "2", "", ""},
                                {3, "Re: plan", "3", "", ""},
                                {4, "", "4", "", ""},
                                {5, "", "5", "", ""}});
    EXPECT_EQ(references(client), "* THREAD ((1)(2)(3))(4)(5)\n");
}

TEST_F(Thread, TheEldestReplyYieldsToTheMessageItAnswers) {
    Client& client = open_with({{1, "Re: Plan", "1", "", ""}, {2, "Plan", "2", "", ""}});
    EXPECT_EQ(references(client), "* THREAD (2 1)\n");
    Client& replies = client;
    EXPECT_EQ(references(replies, "1"), "* THREAD (1)\n");
}

TEST_F(Thread, DummiesOfOneSubjectAreJoined) {
    Client& client = open_with({{1, "Re: Plan", "1", "<x>", ""},
                                {2, "Re: Plan", "2", "<x>", ""},
                                {3, "Re: Plan", "3", "<y>", ""},
                                {4, "Re: Plan", "4", "<y>", ""},
                                {5, "Plan", "5", "", ""}});
    EXPECT_EQ(references(client), "* THREAD ((1)(2)(3)(4)(5))\n");
}

TEST_F(Thread, SiblingsAreSortedByDate) {
    Client& client = open_with({{1, "a", "1", "", ""},
                                {9, "b", "2", "<1>", ""},
                                {4, "c", "3", "<1>", ""},
                                {4, "d", "4", "<1>", ""},
                                {0, "e", "5", "", ""}});
    EXPECT_EQ(references(client), "* THREAD (5)(1 (3)(4)(2))\n");
}

/// A thread as deep as it is long must not be written recursively.
TEST_F(Thread, ADeepThread) {
    std::vector<ThreadLetter> letters;
    std::string expected = "* THREAD (1";
    for (int i = 1; i <= 1000; ++i) {
        const std::string n = std::to_string(i);
        letters.push_back({0, "s" + n, n, i == 1 ? "" : "<" + std::to_string(i - 1) + ">", ""});
        if (i > 1) expected += " " + n;
    }
    Client& client = open_with(letters);
    EXPECT_EQ(references(client), expected + ")\n");
}

}  // namespace
}  // namespace postern::imap::test
