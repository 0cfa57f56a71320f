// The line that shows how far a command has come.
#include "tools/posternctl/progress.hpp"

#include <gtest/gtest.h>

#include "tools/posternctl/output.hpp"

namespace posternctl {
namespace {

TEST(ProgressLine, BarFollowsMessages) {
    EXPECT_EQ(progress_line({.done = 0, .total = 4}), "[                    ] 0 of 4");
    EXPECT_EQ(progress_line({.done = 1, .total = 4}), "[#####               ] 1 of 4");
    EXPECT_EQ(progress_line({.done = 4, .total = 4}), "[####################] 4 of 4");
}

TEST(ProgressLine, OctetsDecideOverTheBarWhereTheirTotalIsKnown) {
    EXPECT_EQ(progress_line({.done = 1, .total = 100, .octets = 512, .total_octets = 1024}),
              "[##########          ] 1 of 100  512 B of 1.0 KiB");
    EXPECT_EQ(progress_line({.done = 7, .octets = 0, .total_octets = 2048}),
              "[                    ] 7  0 B of 2.0 KiB");
}

TEST(ProgressLine, WithoutATotalThereIsNoBar) {
    EXPECT_EQ(progress_line({.done = 12}), "12");
    EXPECT_EQ(progress_line({.done = 12, .octets = 2048}), "12  2.0 KiB");
    EXPECT_EQ(progress_line({.done = 12, .seconds = 2}), "12  6/s");
}

TEST(ProgressLine, RatesAndWhatIsLeft) {
    EXPECT_EQ(progress_line({.done = 50, .total = 100, .seconds = 0.9}), "[##########          ] 50 of 100");
    EXPECT_EQ(progress_line({.done = 50, .total = 100, .seconds = 2}),
              "[##########          ] 50 of 100  25/s  2 s left");
    EXPECT_EQ(progress_line({.done = 50, .octets = 4096, .total_octets = 8192, .seconds = 4}),
              "[##########          ] 50  4.0 KiB of 8.0 KiB  12/s  1.0 KiB/s  4 s left");
    EXPECT_EQ(progress_line({.done = 100, .total = 100, .seconds = 10}),
              "[####################] 100 of 100  10/s");
}

TEST(ProgressLine, LongTimes) {
    EXPECT_EQ(progress_line({.done = 1, .total = 2, .seconds = 119}),
              "[##########          ] 1 of 2  0/s  119 s left");
    EXPECT_EQ(progress_line({.done = 1, .total = 2, .seconds = 180}),
              "[##########          ] 1 of 2  0/s  3 min left");
    EXPECT_EQ(progress_line({.done = 1, .total = 2, .seconds = 7500}),
              "[##########          ] 1 of 2  0/s  2 h 5 min left");
}

TEST(ProgressLine, MoreThanWasAnnounced) {
    EXPECT_EQ(progress_line({.done = 5, .total = 4, .seconds = 5}), "[####################] 5 of 4  1/s");
}

TEST(JsonOutput, TimesAndIds) {
    EXPECT_EQ(json_time(1795343400), "2026-11-22T10:30:00Z");
    EXPECT_TRUE(json_time(0).is_null());
    EXPECT_EQ(json_id(std::uint64_t{1} << 62), "4611686018427387904");
}

TEST(JsonOutput, TextOfAnyCharsetIsUtf8) {
    speak_json();
    testing::internal::CaptureStdout();
    Report report({"list", "none"});
    report.add("list", {{"subject", "caf\xe9 \x1b[2J"}}, "not shown");
    report.set("name", std::string("caf\xc3\xa9"));
    report.say("not shown");
    EXPECT_EQ(report.finish(3), 3);
    EXPECT_EQ(testing::internal::GetCapturedStdout(),
              "{\"list\":[{\"subject\":\"caf\xc3\xa9 \\u001b[2J\"}],\"none\":[],\"name\":\"caf\xc3\xa9\"}\n");
}

}  // namespace
}  // namespace posternctl
