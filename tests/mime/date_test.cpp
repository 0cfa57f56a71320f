#include "postern/mime/date.hpp"

#include <gtest/gtest.h>

#include <string>

namespace postern::mime {
namespace {

struct DateCase {
    std::string value;
    std::int64_t utc;
    int zone;
};

class Dates : public testing::TestWithParam<DateCase> {};

TEST_P(Dates, AreRead) {
    const auto date = parse_date(GetParam().value);
    ASSERT_TRUE(date.has_value()) << GetParam().value;
    EXPECT_EQ(date->utc, GetParam().utc) << GetParam().value;
    EXPECT_EQ(date->zone_minutes, GetParam().zone) << GetParam().value;
}

constexpr std::int64_t nov21 = 880127706;  // 1997-11-21T15:55:06Z

INSTANTIATE_TEST_SUITE_P(
    Table, Dates,
    testing::Values(
        DateCase{"Fri, 21 Nov 1997 09:55:06 -0600", nov21, -360},
        DateCase{"21 Nov 97 09:55:06 CST", nov21, -360}, DateCase{"Fri, 21 Nov 1997 15:55:06 GMT", nov21, 0},
        DateCase{"Fri, 21 Nov 1997 15:55:06 +0000 (UTC)", nov21, 0},
        DateCase{"Fri, 21 Nov 1997 16:55:06 +0100 (CET)", nov21, 60},
        DateCase{"21 Nov 1997 15:55:06", nov21, 0},
        DateCase{"Fri, 21 Nov 1997 09(comment):   55  :  06 -0600", nov21 - 6 - 55 * 60 - 9 * 3600 - 21600,
                 0},
        DateCase{"Fri Nov 21 15:55:06 1997", nov21, 0}, DateCase{"Fri Nov 21 07:55:06 PST 1997", nov21, -480},
        DateCase{"21-Nov-1997 09:55:06 -0600", nov21, -360}, DateCase{"1997-11-21T15:55:06Z", nov21, 0},
        DateCase{"1997-11-21T09:55:06-06:00", nov21, -360}, DateCase{"Fri, 21 Nov 1997 3:55:06 PM", nov21, 0},
        DateCase{"Fri, 21 November 1997 15:55:06 +0000", nov21, 0},
        DateCase{"Fri,21 Nov 1997 15:55:06 Z", nov21, 0}, DateCase{"Fri, 21 Nov 1997 15:55:06 FOO", nov21, 0},
        DateCase{"Fri, 21 Nov 1997 15:55:06 +9999", nov21, 0},
        DateCase{"Fri, 21 Nov 1997 15:55 +0000", nov21 - 6, 0},
        DateCase{"Fri, 21 Nov 1997", nov21 - 57306, 0},
        DateCase{"Fri, 21 Nov 1997 25:61:00 +0000", nov21 - 57306, 0},
        DateCase{"21 Nov 1997 15:55:06 EDT", nov21 - 0 + 14400, -240},
        DateCase{"Thu, 1 Jan 1970 00:00:00 +0000", 0, 0}, DateCase{"31 Dec 1969 23:59:59 +0000", -1, 0},
        DateCase{"29 Feb 2000 00:00:00 +0000", 951782400, 0},
        DateCase{"Mon, 01 Jan 01 00:00:00 +0000", 978307200, 0},
        DateCase{"1 Jan 101 00:00:00 +0000", 978307200, 0},
        DateCase{"31 Dec 2016 23:59:60 +0000", 1483228800, 0},
        DateCase{"Fri, 21 Nov 1997 15:55:06.123 +0000", nov21, 0},
        DateCase{"Fri, 21 Nov 1997 17:55:06 GMT+0200", nov21, 120}));

TEST(Dates, WhatIsNone) {
    for (const std::string_view bad :
         {"", "yesterday", "Fri, 32 Nov 1997 09:55:06", "29 Feb 1999 00:00:00", "21 1997", "Nov 1997",
          "21 Foo 1997 00:00:00", "99999999999999999999 Nov 1997", ":::", "(", "0 Nov 1997", "1997-13-01",
          "1997-", "21 Nov 0000"}) {
        EXPECT_FALSE(parse_date(bad).has_value()) << bad;
    }
}

TEST(Dates, LocalTimeIsAsWritten) {
    const auto date = parse_date("Fri, 21 Nov 1997 23:30:00 -0600");
    EXPECT_EQ(date->local() % 86400, 23 * 3600 + 1800);
    EXPECT_EQ(date->utc % 86400, 5 * 3600 + 1800);
}

TEST(ReceivedDate, TopmostThatCanBeRead) {
    EXPECT_EQ(
        received_date(
            "Received: by x; nonsense\r\nReceived: from y (a; b)\r\n by z;\r\n Fri, 21 Nov 1997 09:55:06 "
            "-0600\r\nReceived: by w; 1 Jan 2000 00:00:00 +0000\r\n\r\n")
            ->utc,
        nov21);
    EXPECT_FALSE(received_date("Date: Fri, 21 Nov 1997 09:55:06 -0600\r\n\r\n").has_value());
}

}  // namespace
}  // namespace postern::mime
