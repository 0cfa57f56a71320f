#include "connector-pop3/multiline.hpp"

#include <gtest/gtest.h>

#include "connector-pop3/line_sink.hpp"

namespace postern::pop3 {
namespace {

struct Case {
    const char* name;
    std::string wire;
    std::string content;
    bool normalised = false;
    bool bare_lf = false;
};

const Case cases[] = {
    {"empty", ".\r\n", ""},
    {"one line", "abc\r\n.\r\n", "abc\r\n"},
    {"empty lines", "\r\n\r\n.\r\n", "\r\n\r\n"},
    {"dots", "..\r\n...\r\n..x\r\n.\r\n", ".\r\n..\r\n.x\r\n"},
    {"dot inside a line", "a.\r\nb..c\r\n.\r\n", "a.\r\nb..c\r\n"},
    {"bare LF becomes CRLF", "a\nb\r\n.\r\n", "a\r\nb\r\n", true},
    {"a dot after a bare LF is data", "a\n.\nb\r\n.\r\n", "a\r\n.\r\nb\r\n", true},
    {"LF dot CRLF is no terminator", "a\n.\r\nb\r\n.\r\n", "a\r\n.\r\nb\r\n", true},
    {"lone CR stays", "a\rb\r\r\n.\r\n", "a\rb\r\r\n"},
    {"CR at the start of a line", "\ra\r\n.\r\n", "\ra\r\n"},
    {"dot CR without LF", "..\rx\r\n.\rz\r\n.\r\n", ".\rx\r\n\rz\r\n"},
    {"NUL and 8 bit", std::string("a\0\xff\r\n.\r\n", 8), std::string("a\0\xff\r\n", 5)},
    {"forged replies", "+OK\r\n-ERR\r\n.\r\n", "+OK\r\n-ERR\r\n"},
    {"unstuffed dot", ".x\r\n.\r\n", "x\r\n"},
    {"LF server", "a\n..b\n.\n", "a\r\n.b\r\n", true, true},
};

std::string decode(const Case& c, const std::vector<std::string_view>& pieces, bool* normalised) {
    MultilineDecoder decoder(c.bare_lf);
    StringSink sink(1 << 20);
    bool done = false;
    for (auto piece : pieces) {
        while (!piece.empty()) {
            EXPECT_FALSE(done) << c.name;
            std::size_t used = 0;
            done = decoder.feed(piece, sink, used) == MultilineDecoder::Status::done;
            piece.remove_prefix(used);
        }
    }
    EXPECT_TRUE(done) << c.name;
    *normalised = decoder.normalised();
    return sink.text;
}

TEST(Multiline, WholeByteByByteAndEverySplit) {
    for (const Case& c : cases) {
        const std::string_view wire = c.wire;
        bool normalised = false;
        EXPECT_EQ(decode(c, {wire}, &normalised), c.content) << c.name;
        EXPECT_EQ(normalised, c.normalised) << c.name;
        std::vector<std::string_view> octets;
        for (std::size_t i = 0; i < wire.size(); ++i) octets.push_back(wire.substr(i, 1));
        EXPECT_EQ(decode(c, octets, &normalised), c.content) << c.name;
        for (std::size_t i = 1; i < wire.size(); ++i) {
            EXPECT_EQ(decode(c, {wire.substr(0, i), wire.substr(i)}, &normalised), c.content)
                << c.name << " split at " << i;
        }
    }
}

TEST(Multiline, WhatFollowsTheTerminatorIsLeft) {
    MultilineDecoder decoder;
    StringSink sink(100);
    std::size_t used = 0;
    EXPECT_EQ(decoder.feed("x\r\n.\r\n+OK next", sink, used), MultilineDecoder::Status::done);
    EXPECT_EQ(used, 6U);
    EXPECT_EQ(sink.text, "x\r\n");
}

TEST(Multiline, SinkBoundsTheMessage) {
    MultilineDecoder decoder;
    StringSink sink(4);
    std::size_t used = 0;
    EXPECT_EQ(decoder.feed("abcdef\r\n.\r\n", sink, used), MultilineDecoder::Status::refused);
}

TEST(LineSink, CutsLinesAcrossPiecesAndBoundsThem) {
    std::vector<std::string> lines;
    LineSink sink([&lines](std::string_view line) {
        lines.emplace_back(line);
        return true;
    });
    for (const auto* piece : {"1 a", "b\r", "\n2 c\r\n", "\r\n"}) EXPECT_TRUE(sink.append(piece));
    EXPECT_EQ(lines, (std::vector<std::string>{"1 ab", "2 c", ""}));
    EXPECT_TRUE(sink.append(std::string(max_listing_line, 'x')));
    EXPECT_FALSE(sink.append("x"));
}

}  // namespace
}  // namespace postern::pop3
