// Maildir: names of files and folders.
#include "tools/posternctl/maildir.hpp"

#include <gtest/gtest.h>

namespace posternctl {
namespace {

using namespace postern;

TEST(Maildir, SuffixBothWays) {
    FiledMail mail;
    mail.flags = mail::seen | mail::answered | mail::draft | mail::flagged | mail::deleted;
    mail.keywords = {"$forwarded", "work", "$Junk"};
    MaildirKeywords keywords;
    std::size_t left_out = 0;
    EXPECT_EQ(maildir_suffix(mail, keywords, left_out), ":2,DFPRSTab");
    EXPECT_EQ(keywords.format(), "0 work\n1 $Junk\n");
    EXPECT_EQ(left_out, 0U);
    FiledMail read;
    read_maildir_suffix("1.M1.host,S=5:2,DFPRSTab", MaildirKeywords::parse(keywords.format()), read);
    EXPECT_EQ(read.flags, mail.flags);
    EXPECT_EQ(read.keywords, (std::vector<std::string>{"$Forwarded", "work", "$Junk"}));
}

TEST(Maildir, EachFlagAlone) {
    const std::pair<mail::FlagBits, const char*> flags[] = {
        {0, ":2,"},           {mail::draft, ":2,D"},  {mail::flagged, ":2,F"}, {mail::answered, ":2,R"},
        {mail::seen, ":2,S"}, {mail::deleted, ":2,T"}};
    for (const auto& [flag, suffix] : flags) {
        FiledMail mail;
        mail.flags = flag;
        MaildirKeywords keywords;
        std::size_t left_out = 0;
        EXPECT_EQ(maildir_suffix(mail, keywords, left_out), suffix);
        FiledMail read;
        read_maildir_suffix(std::string("name") + suffix, keywords, read);
        EXPECT_EQ(read.flags, flag);
    }
}

TEST(Maildir, RoomFor26Keywords) {
    MaildirKeywords keywords;
    std::size_t left_out = 0;
    for (int i = 0; i < 30; ++i) {
        FiledMail mail;
        mail.keywords = {"k" + std::to_string(i)};
        const std::string suffix = maildir_suffix(mail, keywords, left_out);
        EXPECT_EQ(suffix, i < 26 ? std::string(":2,") + static_cast<char>('a' + i) : ":2,");
    }
    EXPECT_EQ(left_out, 4U);
    EXPECT_EQ(keywords.letter_of("K3"), 'd');
}

TEST(Maildir, FileOfKeywords) {
    const auto keywords =
        MaildirKeywords::parse("0 a\n3 d\nx\n26 no\n-1 no\n4\n5 \n99999999999999999999 no\n2 c c");
    EXPECT_EQ(keywords.keyword_of('a'), "a");
    EXPECT_EQ(keywords.keyword_of('b'), "");
    EXPECT_EQ(keywords.keyword_of('c'), "c c");
    EXPECT_EQ(keywords.keyword_of('d'), "d");
    EXPECT_EQ(keywords.keyword_of('e'), "");
    EXPECT_EQ(keywords.keyword_of('A'), "");
    FiledMail read;
    read_maildir_suffix("x:2,abcz", keywords, read);
    EXPECT_EQ(read.keywords, (std::vector<std::string>{"a"}));  // "c c" is no keyword
}

TEST(Maildir, NamesWithoutFlags) {
    for (const char* name : {"", "1.M1.host", "1:1,S", ":2"}) {
        FiledMail read;
        read_maildir_suffix(name, {}, read);
        EXPECT_EQ(read.flags, 0) << name;
    }
}

TEST(Maildir, Folders) {
    EXPECT_EQ(maildir_folder("INBOX"), "");
    EXPECT_EQ(maildir_folder("Lists/dev"), ".Lists.dev");
    EXPECT_EQ(maildir_folder("INBOX/a.b"), ".INBOX.a\\2eb");
    EXPECT_EQ(maildir_folder("Entw\xc3\xbcrfe & mehr"), ".Entw&APw-rfe &- mehr");
    for (const char* name : {"Lists/dev", "INBOX/a.b", "Entw\xc3\xbcrfe & mehr", "..", "a\\b/\\2e",
                             "~peter/mail/\xe5\x8f\xb0\xe5\x8c\x97"})
        EXPECT_EQ(maildir_mailbox(maildir_folder(name)), name);
    EXPECT_EQ(maildir_mailbox(".Entw\xc3\xbcrfe"), "Entw\xc3\xbcrfe");
    for (const char* folder : {"", ".", "..", "cur", ".a..b", "a"})
        EXPECT_EQ(maildir_mailbox(folder), std::nullopt);
}

TEST(Maildir, LineEnds) {
    EXPECT_EQ(as_in_files("a\r\nb\r\n"), "a\nb\n");
    EXPECT_EQ(as_in_store("a\nb\n"), "a\r\nb\r\n");
    for (const char* content : {"", "a", "a\r\n", "a\r\nb", "a\nb\r\n", "a\rb\r\n", "\r\n\r\n"})
        EXPECT_EQ(as_in_store(as_in_files(content)), content);
}

}  // namespace
}  // namespace posternctl
