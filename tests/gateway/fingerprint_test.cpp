#include "gateway/fingerprint.hpp"

#include <gtest/gtest.h>

namespace postern::gateway {
namespace {

TEST(Fingerprint, IgnoresWhatServersChange) {
    const std::string before = "Subject: a\r\nFrom: b\r\n\r\nbody\r\n";
    const std::string after =
        "Return-Path: <x>\r\nX-UIDL: 5\r\nReceived: by y; z\r\nStatus: RO\r\nSUBJECT:  a\r\nFrom: b\r\n\r\n";
    EXPECT_EQ(header_fingerprint(before), header_fingerprint(after));
    EXPECT_NE(header_fingerprint(before), header_fingerprint("Subject: b\r\nFrom: b\r\n\r\n"));
    EXPECT_EQ(header_fingerprint(before).size(), 32U);
    EXPECT_EQ(header_fingerprint("Subject: a\r\n b\r\n\r\n"), header_fingerprint("Subject: a b\r\n\r\n"));
}

TEST(Fingerprint, WhatTheSenderWrote) {
    const std::string before =
        "Received: x\r\nMessage-ID: <1@x>\r\nSubject: a\r\n b\r\nFrom: b\r\n\r\nbody\r\n";
    const std::string after =
        "X-Moved: yes\r\nX-Spam: no\r\nFROM: b\r\nSubject: a b\r\nMessage-ID: <1@x>\r\n\r\n";
    EXPECT_EQ(sender_fingerprint(before), sender_fingerprint(after));
    EXPECT_EQ(sender_fingerprint(before).size(), 32U);
    EXPECT_NE(sender_fingerprint(before),
              sender_fingerprint("Message-ID: <1@x>\r\nSubject: b\r\nFrom: b\r\n\r\n"));
    EXPECT_NE(sender_fingerprint(before),
              sender_fingerprint("Content-Type: multipart/mixed; boundary=b\r\n" + after));
    EXPECT_EQ(sender_fingerprint("Subject: a\r\nFrom: b\r\n\r\n"), "") << "too little to tell";
}

TEST(Fingerprint, MadeUpIdsCannotBeAServers) {
    const auto id = made_up_id(header_fingerprint("x"));
    EXPECT_NE(id.find(' '), std::string::npos);
    EXPECT_EQ(id, made_up_id(header_fingerprint("x")));
}

TEST(ArrivalDate, OrderOfSources) {
    constexpr UnixTime now = 1'800'000'000;
    EXPECT_EQ(arrival_date("Subject: x\r\n\r\n", 5, now).utc, 5);
    EXPECT_EQ(arrival_date("Date: Thu, 1 Jan 2026 00:00:00 +0000\r\n\r\n", 5, now).utc, 1767225600);
    EXPECT_EQ(arrival_date("Date: Thu, 1 Jan 1970 00:00:01 +0000\r\n\r\n", 5, now).utc, 5);
    EXPECT_EQ(
        arrival_date(
            "Received: x; Fri, 2 Jan 2026 00:00:00 +0000\r\nDate: Thu, 1 Jan 2026 00:00:00 +0000\r\n\r\n", 5,
            now)
            .utc,
        1767312000);
    // In the body it is no header.
    EXPECT_EQ(arrival_date("Subject: x\r\n\r\nDate: Thu, 1 Jan 2026 00:00:00 +0000\r\n", 5, now).utc, 5);
}

}  // namespace
}  // namespace postern::gateway
