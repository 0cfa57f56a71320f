#include "connector-pop3/reply.hpp"

#include <gtest/gtest.h>

namespace postern::pop3 {
namespace {

using Status = StatusLineReader::Status;

struct ReplyCase {
    std::string wire;
    Status status;
    bool ok = false;
    std::string text = "";
    bool bare_lf = false;
    bool challenge = false;
};

const ReplyCase reply_cases[] = {
    {"+OK\r\n", Status::done, true},
    {"+OK 2 320\r\n", Status::done, true, "2 320"},
    {"+OK   spaced \r\n", Status::done, true, "spaced "},
    {"+ok lower\r\n", Status::done, true, "lower"},
    {"-ERR [IN-USE] locked\r\n", Status::done, false, "[IN-USE] locked"},
    {"-ERR\n", Status::done, false, "", true},
    {"+ \r\n", Status::done, false, "", false, true},
    {"+OK no end", Status::need_more},
    {"+OKAY\r\n", Status::error},
    {"* OK IMAP\r\n", Status::error},
    {"\r\n", Status::error},
};

void check(const ReplyCase& c, StatusLineReader& reader, Status status, const std::string& how) {
    EXPECT_EQ(status, c.status) << c.wire << how;
    if (status != Status::done) return;
    EXPECT_EQ(reader.line().ok, c.ok) << c.wire << how;
    EXPECT_EQ(reader.line().text, c.text) << c.wire << how;
    EXPECT_EQ(reader.line().bare_lf, c.bare_lf) << c.wire << how;
    EXPECT_EQ(reader.line().challenge, c.challenge) << c.wire << how;
}

TEST(StatusLine, WholeByteByByteAndEverySplit) {
    for (const ReplyCase& c : reply_cases) {
        std::size_t used = 0;
        StatusLineReader whole;
        check(c, whole, whole.feed(c.wire, used), " whole");
        StatusLineReader slow;
        Status status = Status::need_more;
        for (const char& octet : c.wire) status = slow.feed({&octet, 1}, used);
        check(c, slow, status, " octet by octet");
        for (std::size_t i = 1; i < c.wire.size(); ++i) {
            StatusLineReader split;
            EXPECT_EQ(split.feed(std::string_view(c.wire).substr(0, i), used), Status::need_more);
            check(c, split, split.feed(std::string_view(c.wire).substr(i), used), " split");
        }
    }
}

TEST(StatusLine, LeavesWhatFollows) {
    StatusLineReader reader;
    std::size_t used = 0;
    EXPECT_EQ(reader.feed("+OK\r\n1 abc\r\n", used), Status::done);
    EXPECT_EQ(used, 5U);
}

TEST(StatusLine, EndlessLineIsAnError) {
    StatusLineReader reader;
    std::size_t used = 0;
    const std::string piece(1000, 'x');
    Status status = Status::need_more;
    for (int i = 0; i < 5; ++i) status = reader.feed(piece, used);
    EXPECT_EQ(status, Status::error);
}

}  // namespace
}  // namespace postern::pop3
