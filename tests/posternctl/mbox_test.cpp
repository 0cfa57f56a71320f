// mbox: what is written, what is read, and that the one is the other's reverse.
#include "tools/posternctl/mbox.hpp"

#include <gtest/gtest.h>

#include "tests/posternctl/support/read_mbox.hpp"

namespace posternctl {
namespace {

using namespace postern;
using test::read_mbox;

constexpr UnixTime some_date = 1795343400;  // 2026-11-22 10:30:00 UTC

void expect_equal(const FiledMail& a, const FiledMail& b) {
    EXPECT_EQ(a.content, b.content);
    EXPECT_EQ(a.flags, b.flags);
    EXPECT_EQ(a.keywords, b.keywords);
    EXPECT_EQ(a.date, b.date);
}

FiledMail some_mail(std::string content, mail::FlagBits flags = 0, std::vector<std::string> keywords = {}) {
    FiledMail out;
    out.content = std::move(content);
    out.flags = flags;
    out.keywords = std::move(keywords);
    out.date = some_date;
    return out;
}

TEST(Mbox, EntryAsItStandsInTheFile) {
    const auto mail =
        some_mail("Return-Path: <anna@example.org>\r\nSubject: x\r\n\r\nFrom here\r\n>From there\r\n",
                  mail::seen | mail::flagged | mail::answered, {"$Junk", "work"});
    EXPECT_EQ(mbox_entry(mail),
              "From anna@example.org Sun Nov 22 10:30:00 2026\n"
              "Return-Path: <anna@example.org>\nSubject: x\n"
              "Status: RO\nX-Status: AF\nX-Keywords: $Junk work\n"
              "\n>From here\n>>From there\n\n");
    EXPECT_TRUE(mbox_entry(some_mail("\r\nx\r\n")).starts_with("From MAILER-DAEMON Sun Nov 22"));
}

TEST(Mbox, RoundTrip) {
    const std::vector<FiledMail> mails = {
        some_mail("Subject: plain\r\n\r\nbody\r\n"),
        some_mail(
            "Subject: x\r\n\r\nFrom anna Sun Nov 22 10:30:00 2026\r\n\r\nFrom b Sun Nov 22 10:30:00 2026\r\n",
            mail::seen),
        some_mail("Subject: empty body\r\n\r\n", mail::draft | mail::deleted),
        some_mail("Subject: header alone\r\n", mail::answered),
        some_mail("\r\nno header\r\n", mail::flagged, {"$Forwarded"}),
        some_mail("Subject: ends with empty lines\r\n\r\nx\r\n\r\n\r\n"),
        some_mail("Subject: flags of another server\r\nStatus: RO\r\nX-Keywords: theirs\r\n\r\nx\r\n"),
        some_mail("Subject: last are lines\r\nLines: 5\r\nContent-Length: 7\r\n\r\nx\r\n"),
        some_mail("X-Mozilla-Status: 0001\r\nSubject: of Thunderbird\r\n\r\nx\r\n"),
        some_mail("Subject: bare ends\r\n\r\na\nb\rc\r\n"),
        some_mail(std::string("Subject: zero\r\n\r\na\0b\xff\r\n", 23)),
        some_mail("\r\n"),
    };
    std::string file;
    for (const auto& mail : mails) file += mbox_entry(mail);
    const auto read = read_mbox(file);
    ASSERT_EQ(read.size(), mails.size());
    for (std::size_t i = 0; i < mails.size(); ++i) {
        SCOPED_TRACE(mails[i].content);
        expect_equal(read[i], mails[i]);
    }
}

TEST(Mbox, FilesOfOthers) {
    const auto mails = read_mbox(
        "From \"anna b\"@example.org  Sun Nov  1 01:02:03 2026\r\n"
        "Subject: by mutt\r\nStatus: RO\r\nContent-Length: 3\r\nLines: 1\r\n\r\nx\r\n\r\n"
        "From MAILER-DAEMON Fri Nov 21 09:55:06 1997 remote from here\n"
        "Date: Fri, 21 Nov 1997 09:55:06 -0600\nX-IMAP: 1234 0\nSubject: DON'T DELETE THIS MESSAGE -- FOLDER "
        "INTERNAL DATA\n"
        "Status: RO\n\ninternal\n\n"
        "From - Sun Nov 22 10:30:00 2026\nX-Mozilla-Status: 1005\nX-Mozilla-Status2: 00000000\n"
        "X-Mozilla-Keys: $label1 work    \nSubject: by Thunderbird\n\nFrom now on 3 words\n\n"
        "From - Sun Nov 22 10:30:00 2026\nX-Mozilla-Status: 0009\nSubject: expunged\n\nx\n\n"
        "From a Sun Nov 22 10:30:00 +0100 2026\nSubject: last\n\nno line end");
    ASSERT_EQ(mails.size(), 3U);
    EXPECT_EQ(mails[0].content, "Subject: by mutt\r\n\r\nx\r\n");
    EXPECT_EQ(mails[0].flags, mail::seen);
    EXPECT_EQ(mails[0].date, 1793494923);
    EXPECT_EQ(mails[1].content, "Subject: by Thunderbird\r\n\r\nFrom now on 3 words\r\n");
    EXPECT_EQ(mails[1].flags, mail::seen | mail::flagged);
    EXPECT_EQ(mails[1].keywords, (std::vector<std::string>{"$Forwarded", "$label1", "work"}));
    EXPECT_EQ(mails[2].content, "Subject: last\r\n\r\nno line end");
    EXPECT_EQ(mails[2].date, some_date - 3600);
}

TEST(Mbox, KeywordsThatAreNone) {
    const auto mails =
        read_mbox("From a Sun Nov 22 10:30:00 2026\nX-Keywords: good \\Seen (bad) GOOD \n\nx\n\n");
    ASSERT_EQ(mails.size(), 1U);
    EXPECT_EQ(mails[0].keywords, std::vector<std::string>{"good"});
}

TEST(Mbox, SeparatorsNeedAnEmptyLineAndADate) {
    EXPECT_EQ(parse_from_line("From anna@example.org Sun Nov 22 10:30:00 2026\n"), some_date);
    for (const char* line :
         {"From", "From ", "From anna", "From anna today", "From my house at 10:30 we go\n",
          "from anna Sun Nov 22 10:30:00 2026", "From \"anna Sun Nov 22 10:30:00 2026"})
        EXPECT_EQ(parse_from_line(line), std::nullopt) << line;
    const auto mails =
        read_mbox("From a Sun Nov 22 10:30:00 2026\n\nx\nFrom b Sun Nov 22 10:30:00 2026\ny\n");
    ASSERT_EQ(mails.size(), 1U);
    EXPECT_EQ(mails[0].content, "\r\nx\r\nFrom b Sun Nov 22 10:30:00 2026\r\ny\r\n");
}

TEST(Mbox, TooLargeAndNoMbox) {
    MboxReader reader(20);
    EXPECT_FALSE(reader.line("From a Sun Nov 22 10:30:00 2026\n"));
    for (int i = 0; i < 10; ++i) EXPECT_FALSE(reader.line("0123456789\n"));
    EXPECT_FALSE(reader.line("\n"));
    EXPECT_FALSE(reader.line("From a Sun Nov 22 10:30:00 2026\n"));
    EXPECT_EQ(reader.too_large(), 1U);
    EXPECT_FALSE(reader.line("A: b\n"));
    const auto last = reader.finish();
    ASSERT_TRUE(last);
    EXPECT_EQ(last->content, "A: b\r\n");
    EXPECT_FALSE(reader.has_strange_start());
    MboxReader other;
    EXPECT_FALSE(other.line("\n"));
    EXPECT_FALSE(other.has_strange_start());
    EXPECT_FALSE(other.line("Subject: x\n"));
    EXPECT_TRUE(other.has_strange_start());
}

TEST(Mbox, NamesOfFiles) {
    EXPECT_EQ(mbox_file("INBOX"), "INBOX.mbox");
    EXPECT_EQ(mbox_file("../.hidden/a.b\\c"), "\\2e./\\2ehidden/a.b\\5cc.mbox");
    for (const char* name : {"INBOX", "../.hidden/a.b\\c", "Lists/\xc3\xa4", "a.mbox", "\\2e"})
        EXPECT_EQ(mbox_mailbox(mbox_file(name)), name);
    EXPECT_EQ(mbox_mailbox("Work.sbd/Old.sbd/1999"), "Work/Old/1999");
    EXPECT_EQ(mbox_mailbox("a\\zz\\2"), "a\\zz\\2");
}

}  // namespace
}  // namespace posternctl
