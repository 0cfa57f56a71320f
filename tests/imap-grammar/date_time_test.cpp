#include "postern/imap/date_time.hpp"

#include <gtest/gtest.h>

#include <random>

namespace postern::imap {
namespace {

using namespace std::chrono;

TEST(Date, Parses) {
    EXPECT_EQ(parse_date("1-Feb-1994"), year(1994) / 2 / 1);
    EXPECT_EQ(parse_date("01-fEB-1994"), year(1994) / 2 / 1);
    EXPECT_EQ(parse_date("29-Feb-2024"), year(2024) / 2 / 29);
}

TEST(Date, RefusesTheRest) {
    for (const char* text :
         {"", "1-Feb-94", "1-Feb-19945", "32-Jan-2024", "0-Jan-2024", "29-Feb-2023", "1-Fob-1994",
          "-Feb-1994", "001-Feb-1994", "1 Feb 1994", " 1-Feb-1994", "1-Feb-1994 ", "1-February-1994"}) {
        EXPECT_FALSE(parse_date(text)) << text;
    }
}

TEST(DateTimeText, Parses) {
    EXPECT_EQ(parse_date_time(" 1-Jan-1970 00:00:00 +0000"), (DateTime{0, 0}));
    EXPECT_EQ(parse_date_time("01-Jan-1970 00:00:00 +0000"), (DateTime{0, 0}));
    EXPECT_EQ(parse_date_time("17-Jul-1996 02:44:25 -0700"), (DateTime{837596665, -420}));
    EXPECT_EQ(parse_date_time("31-Dec-1998 23:59:60 +0000"), (DateTime{915148800, 0}));
}

TEST(DateTimeText, RefusesTheRest) {
    for (const char* text :
         {"", "1-Jan-1970 00:00:00 +0000", "31-Feb-1996 02:44:25 -0700", "17-Jul-1996 24:44:25 -0700",
          "17-Jul-1996 02:60:25 -0700", "17-Jul-1996 02:44:61 -0700", "17-Jul-1996 02:44:25 00700",
          "17-Jul-1996 02:44:25 +2400", "17-Jul-1996 02:44:25 +0060", "17-Jul-1996T02:44:25 -0700",
          "17-Jul-1996 02:44:25 -0700 ", " x-Jul-1996 02:44:25 -0700"}) {
        EXPECT_FALSE(parse_date_time(text)) << text;
    }
}

TEST(DateTimeText, FormatsWhatItParses) {
    std::mt19937_64 random(5);
    for (int i = 0; i < 3000; ++i) {
        DateTime t;
        t.utc = static_cast<std::int64_t>(random() % 8000000000) - 2000000000;
        t.zone_minutes = static_cast<std::int16_t>(static_cast<int>(random() % 2879) - 1439);
        const std::string text = format_date_time(t);
        ASSERT_EQ(text.size(), date_time_size);
        ASSERT_EQ(parse_date_time(text), t) << text;
    }
    EXPECT_EQ(format_date_time({837596665, -420}), "17-Jul-1996 02:44:25 -0700");
    EXPECT_EQ(format_date_time({0, 90}), " 1-Jan-1970 01:30:00 +0130");
    EXPECT_EQ(format_date(year(1994) / 2 / 1), "1-Feb-1994");
    EXPECT_EQ(format_date(year(1994) / 11 / 30), "30-Nov-1994");
}

TEST(DateTimeText, FormatsAnyInstantInItsSize) {
    for (const std::int64_t t : {INT64_MIN, INT64_MIN / 2, INT64_MAX / 2, INT64_MAX}) {
        EXPECT_EQ(format_date_time({t, 0}).size(), date_time_size);
    }
}

}  // namespace
}  // namespace postern::imap
