// Commands of ManageSieve, whole and in pieces.
#include "command_reader.hpp"

#include <gtest/gtest.h>

namespace postern::managesieve {
namespace {

/// What the reader makes of octets that come in pieces of this size: commands and errors, one a line.
std::string read(std::string_view octets, std::size_t piece) {
    CommandReader reader(ReaderLimits{});
    std::string out;
    while (!octets.empty()) {
        std::string_view part = octets.substr(0, piece);
        octets.remove_prefix(part.size());
        while (!part.empty()) {
            const auto event = reader.feed(part);
            if (event == CommandReader::Event::more) break;
            if (event == CommandReader::Event::fatal) return out + "fatal: " + reader.error();
            if (event == CommandReader::Event::error) {
                out += "error: " + reader.error() + "\n";
                continue;
            }
            out += reader.command().name;
            for (const Argument& argument : reader.command().arguments) {
                out += argument.kind == Argument::Kind::number ? " " + std::to_string(argument.number)
                                                               : " <" + argument.text + ">";
            }
            out += "\n";
        }
    }
    return out;
}

TEST(ManageSieveReader, InPiecesOfAnySize) {
    const std::string octets =
        "Noop\r\nPUTSCRIPT \"a \\\"b\\\" \\\\\" {8+}\r\nkeep;\r\n\"\r\nHAVESPACE {3+}\r\nabc "
        "12\r\n\"c2Fz\"\r\n{0+}\r\n\r\nX \"\" 0\r\nfoo\"a\"\r\nx \"a\r\nX \"a\"1\r\n"
        "x 99999999999\r\n*\r\nEND\n";
    const std::string expected =
        "NOOP\nPUTSCRIPT <a \"b\" \\> <keep;\r\n\">\nHAVESPACE <abc> 12\n <c2Fz>\n <>\nX <> 0\nerror: A "
        "blank is missing\n"
        "error: The quoted string does not end\nerror: A blank is missing\nerror: The number is too large\n"
        "error: A string or a number is expected\nEND\n";
    for (std::size_t piece = 1; piece <= octets.size(); ++piece)
        EXPECT_EQ(read(octets, piece), expected) << piece;
}

TEST(ManageSieveReader, Limits) {
    const std::string long_string(1025, 'a');
    EXPECT_EQ(read("X \"" + long_string + "\"\r\nNOOP\r\n", 100),
              "error: The quoted string is too long\nNOOP\n");
    EXPECT_EQ(read("X {70000+}\r\n" + std::string(70000, 'a') + "\r\nNOOP\r\n", 1000),
              "error: The literal is too long\nNOOP\n");
    EXPECT_EQ(read("X {70000000+}\r\n", 1000), "fatal: The literal is too long");
    EXPECT_EQ(read("X {a}\r\n", 1000), "fatal: The literal is malformed");
    EXPECT_EQ(read("X 1 2 3 4 5\r\nNOOP\r\n", 3), "error: Too many arguments\nNOOP\n");
    const std::string long_name(100, 'x');
    EXPECT_EQ(read(long_name + "\r\nNOOP\r\n", 3), "error: There is no such command\nNOOP\n");
}

}  // namespace
}  // namespace postern::managesieve
