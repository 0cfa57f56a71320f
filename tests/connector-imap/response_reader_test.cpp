#include "connector-imap/response_reader.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace postern::imap_client {
namespace {

using ReadStatus = ResponseReader::Status;

// All responses of `octets`, given in pieces of `piece`; stops at an error.
std::vector<Response> read_all(std::string_view octets, std::size_t piece, bool* failed = nullptr) {
    ResponseReader reader;
    ResponseReader::Limits limits;
    limits.literal = 10000;
    reader.set_limits(limits);
    std::vector<Response> out;
    while (!octets.empty()) {
        std::size_t used = 0;
        const auto status = reader.feed(octets.substr(0, piece), used);
        octets.remove_prefix(used);
        if (status == ReadStatus::done) out.push_back(reader.take());
        if (status == ReadStatus::error) {
            if (failed != nullptr) *failed = true;
            break;
        }
    }
    return out;
}

const std::string large(5000, 'x');
const std::string several =
    "* OK [UIDNEXT 5] text {5}\r\n* 1 FETCH (BODY[] {5}\r\nab\r\nc UID 7)\r\n+ go\r\n+\r\n* 2 FETCH (BODY[] "
    "{5000}\r\n" +
    large + ")\r\nA1 OK done\r\n";

TEST(ResponseReader, KindsAtEveryPieceSize) {
    for (const std::size_t piece : {1U, 2U, 3U, 7U, 64U, 100000U}) {
        const auto responses = read_all(several, piece);
        ASSERT_EQ(responses.size(), 6U) << piece;
        EXPECT_EQ(responses[0].text, "OK [UIDNEXT 5] text {5}");
        EXPECT_EQ(responses[1].text, "1 FETCH (BODY[] {5}\r\nab\r\nc UID 7)");
        ASSERT_EQ(responses[1].literals.size(), 1U);
        EXPECT_FALSE(responses[1].literals[0].streamed);
        EXPECT_EQ(responses[2].kind, Response::Kind::continuation);
        EXPECT_EQ(responses[2].text, "go");
        EXPECT_EQ(responses[3].kind, Response::Kind::continuation);
        ASSERT_EQ(responses[4].literals.size(), 1U);
        EXPECT_TRUE(responses[4].literals[0].streamed);
        EXPECT_EQ(responses[4].large[0], large);
        EXPECT_EQ(responses[5].kind, Response::Kind::tagged);
        EXPECT_EQ(responses[5].tag, "A1");
        EXPECT_EQ(responses[5].text, "OK done");
    }
}

TEST(ResponseReader, CutInTwoAnywhere) {
    for (std::size_t cut = 1; cut < 120; ++cut) {
        ResponseReader reader;
        std::vector<Response> out;
        for (std::string_view part :
             {std::string_view(several).substr(0, cut), std::string_view(several).substr(cut)}) {
            while (true) {
                std::size_t used = 0;
                const auto status = reader.feed(part, used);
                part.remove_prefix(used);
                if (status != ReadStatus::done) break;
                out.push_back(reader.take());
            }
        }
        ASSERT_EQ(out.size(), 6U) << cut;
        EXPECT_EQ(out[4].large[0], large);
    }
}

TEST(ResponseReader, EmptyLiteralAndBareLineFeed) {
    const auto responses = read_all("* 1 FETCH (BODY[] {0}\r\n UID 7)\n* BYE\n", 1);
    ASSERT_EQ(responses.size(), 2U);
    EXPECT_EQ(responses[0].text, "1 FETCH (BODY[] {0}\r\n UID 7)");
    EXPECT_EQ(responses[1].text, "BYE");
}

TEST(ResponseReader, WhatIsNoResponse) {
    for (const std::string_view text : {"HTTP/1.1\r\n", "\r\n", " x y\r\n", "a\x01 b\r\n", "{5}\r\n"}) {
        bool failed = false;
        read_all(text, 1, &failed);
        EXPECT_TRUE(failed) << text;
    }
}

TEST(ResponseReader, Bounds) {
    bool failed = false;
    read_all("* " + std::string(100000, 'x'), 1000, &failed);
    EXPECT_TRUE(failed) << "an endless line";
    failed = false;
    read_all("* 1 FETCH (BODY[] {10001}\r\n", 1000, &failed);
    EXPECT_TRUE(failed) << "a literal above the limit";
    failed = false;
    read_all("* 1 FETCH (BODY[] {99999999999999999999999999}\r\n", 1000, &failed);
    EXPECT_FALSE(failed) << "no number, so no literal";
    failed = false;
    std::string many = "* X";
    for (int i = 0; i < 100; ++i) many += " {1}\r\na";
    read_all(many, 1000, &failed);
    EXPECT_TRUE(failed) << "too many literals";
}

}  // namespace
}  // namespace postern::imap_client
