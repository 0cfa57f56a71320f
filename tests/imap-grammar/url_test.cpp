// IMAP URLs (RFC 5092, RFC 5593) and the dates in them.
#include "postern/imap/url.hpp"

#include <gtest/gtest.h>

namespace postern::imap {
namespace {

constexpr std::string_view token = "91354a473744909de610943775f92038";

TEST(ImapUrl, Relative) {
    const auto url = parse_imap_url("/Drafts;UIDVALIDITY=385759045/;UID=20/;section=1.MIME");
    ASSERT_TRUE(url) << url.error().text;
    EXPECT_FALSE(url->absolute);
    EXPECT_EQ(url->mailbox, "Drafts");
    EXPECT_EQ(url->uidvalidity, 385759045U);
    EXPECT_EQ(url->uid, 20U);
    ASSERT_TRUE(url->section);
    EXPECT_EQ(url->section->to_string(), "1.MIME");
    EXPECT_FALSE(url->range);
    EXPECT_EQ(parse_imap_url("/INBOX/;UID=1")->section, std::nullopt);
}

TEST(ImapUrl, NamesAreEscaped) {
    const auto url = parse_imap_url(
        "/Lists/Entw%C3%BCrfe%20%2f;uidvalidity=1/;uid=2/;Section=HEADER.FIELDS%20(From%20To)");
    ASSERT_TRUE(url) << url.error().text;
    EXPECT_EQ(url->mailbox, "Lists/Entwürfe /");
    ASSERT_TRUE(url->section);
    EXPECT_EQ(url->section->fields, (std::vector<std::string>{"From", "To"}));
}

TEST(ImapUrl, Absolute) {
    const auto url = parse_imap_url("IMAP://jo%40e;AUTH=*@Example.COM:1143/INBOX/;UID=20/;PARTIAL=5.1024");
    ASSERT_TRUE(url) << url.error().text;
    EXPECT_TRUE(url->absolute);
    EXPECT_EQ(url->user, "jo@e");
    EXPECT_EQ(url->host, "example.com");
    EXPECT_EQ(url->port, 1143);
    ASSERT_TRUE(url->range);
    EXPECT_EQ(url->range->offset, 5U);
    EXPECT_EQ(url->range->length, 1024U);
    EXPECT_EQ(parse_imap_url("imap://[2001:db8::1]:143/INBOX/;UID=1/;PARTIAL=7")->host, "[2001:db8::1]");
    EXPECT_EQ(parse_imap_url("/a/;UID=1/;PARTIAL=7")->range->length, std::nullopt);
}

TEST(ImapUrl, Authorised) {
    const std::string rump =
        "imap://joe@example.com/INBOX/;uid=20/;section=1.2;expire=2006-05-01T12:00:00Z;urlauth=submit+fr%65d";
    const auto url = parse_imap_url(rump + ":INTERNAL:" + std::string(token));
    ASSERT_TRUE(url) << url.error().text;
    EXPECT_EQ(url->expires, 1146484800);
    ASSERT_TRUE(url->access);
    EXPECT_EQ(url->access->application, "submit");
    EXPECT_EQ(url->access->user, "fred");
    EXPECT_EQ(url->mechanism, "internal");
    EXPECT_EQ(url->token, token);
    EXPECT_EQ(url->rump, rump.size());
    const auto before = parse_imap_url(rump);
    ASSERT_TRUE(before);
    EXPECT_EQ(before->rump, rump.size());
    EXPECT_EQ(before->token, "");
    for (const char* access : {"authuser", "anonymous", "user+joe", "stream", "Stream+joe"})
        EXPECT_TRUE(parse_imap_url("imap://j@h/a/;UID=1;URLAUTH=" + std::string(access))) << access;
}

TEST(ImapUrl, WhatIsNoUrlOfAMessage) {
    for (const char* bad : {"",
                            "/",
                            "imap://",
                            "imap://host",
                            "imap://host/",
                            "imap://host/INBOX",
                            "//host/INBOX/;UID=1",
                            "INBOX/;UID=1",
                            ";UID=1",
                            "/INBOX",
                            "/INBOX?SUBJECT%20x",
                            "/INBOX;UIDVALIDITY=1",
                            "/INBOX;UID=1",
                            "/INBOX/;UID=0",
                            "/INBOX/;UID=",
                            "/INBOX/;UID",
                            "/INBOX/;UID=4294967296",
                            "/INBOX/;UID=1x",
                            "/INBOX/;UID=-1",
                            "/INBOX/;UID=1;SECTION=1",
                            "/INBOX/;UID=1/",
                            "/INBOX/;UID=1/;SECTION=",
                            "/INBOX/;UID=1/;SECTION=0",
                            "/INBOX/;UID=1/;SECTION=1]",
                            "/INBOX/;UID=1/;SECTION=TEXT.1",
                            "/INBOX/;UID=1/;UID=1",
                            "/INBOX/;SECTION=1/;UID=1",
                            "/INBOX/;UID=1/;PARTIAL=",
                            "/INBOX/;UID=1/;PARTIAL=1.0",
                            "/INBOX/;UID=1/;PARTIAL=1.",
                            "/INBOX/;UID=1/;FOO=1",
                            "/INBOX%/;UID=1",
                            "/INBOX%4/;UID=1",
                            "/INBOX%00/;UID=1",
                            "/INBOX%0d/;UID=1",
                            "/INBOX%FF/;UID=1",
                            "/a b/;UID=1",
                            "/a\"/;UID=1",
                            "//;UID=1",
                            "/;UID=1",
                            "/INBOX/;UID=1;EXPIRE=2006-05-01T12:00:00Z",
                            "/INBOX/;UID=1;URLAUTH=",
                            "/INBOX/;UID=1;URLAUTH=submit",
                            "/INBOX/;UID=1;URLAUTH=submit+",
                            "/INBOX/;UID=1;URLAUTH=user",
                            "/INBOX/;UID=1;URLAUTH=authuser+x",
                            "/INBOX/;UID=1;URLAUTH=a%62",
                            "/INBOX/;UID=1;URLAUTH=authuser:internal",
                            "/INBOX/;UID=1;URLAUTH=authuser:internal:",
                            "/INBOX/;UID=1;URLAUTH=authuser:internal:91354a473744909de610943775f9203",
                            "/INBOX/;UID=1;URLAUTH=authuser:internal:91354a473744909de610943775f9203g",
                            "/INBOX/;UID=1;URLAUTH=authuser::91354a473744909de610943775f92038",
                            "/INBOX/;UID=1;URLAUTH=authuser;EXPIRE=2006-05-01T12:00:00Z",
                            "imap://a:b@host/INBOX/;UID=1",
                            "imap://a;x=1@host/INBOX/;UID=1",
                            "imap://host:0/INBOX/;UID=1",
                            "imap://host:x/INBOX/;UID=1",
                            "imap://ho st/INBOX/;UID=1",
                            "imaps://host/INBOX/;UID=1",
                            "pop://host/INBOX/;UID=1"}) {
        const auto url = parse_imap_url(bad);
        ASSERT_FALSE(url) << bad;
        EXPECT_EQ(url.error().code, Errc::invalid);
    }
    EXPECT_FALSE(parse_imap_url("/" + std::string(max_url, 'a') + "/;UID=1"));
}

TEST(ImapUrl, EveryBeginningIsRefusedOrNamesTheMessage) {
    const std::string whole =
        "imap://joe@example.com/INBOX;UIDVALIDITY=7/;UID=20/;SECTION=1.2/;PARTIAL=1.2;URLAUTH=user+"
        "fred:internal:" +
        std::string(token);
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const auto url = parse_imap_url(std::string_view(whole).substr(0, size));
        if (!url) continue;
        EXPECT_TRUE(url->uid == 20 || url->uid == 2) << size;
        EXPECT_EQ(url->token, "");
    }
}

TEST(InternetTime, Values) {
    EXPECT_EQ(parse_internet_time("1970-01-01T00:00:00Z"), 0);
    EXPECT_EQ(parse_internet_time("1970-01-01t01:00:00.25+01:00"), 0);
    EXPECT_EQ(parse_internet_time("1969-12-31T23:59:59-00:30"), 1799);
    EXPECT_EQ(parse_internet_time("2026-11-22T10:00:00z"), 1795341600);
    EXPECT_EQ(parse_internet_time("2024-02-29T23:59:60Z"), 1709251200);
    for (const char* bad :
         {"", "2026-11-22", "2026-11-22T10:00:00", "2026-11-22 10:00:00Z", "2026-13-22T10:00:00Z",
          "2025-02-29T10:00:00Z", "2026-11-22T24:00:00Z", "2026-11-22T10:60:00Z", "2026-11-22T10:00:61Z",
          "2026-11-22T10:00:00.Z", "2026-11-22T10:00:00+2:00", "2026-11-22T10:00:00+24:00",
          "2026-11-22T10:00:00ZZ", "26-11-22T10:00:00Z"}) {
        EXPECT_EQ(parse_internet_time(bad), std::nullopt) << bad;
    }
}

}  // namespace
}  // namespace postern::imap
