#include "postern/imap/command_reader.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

namespace postern::imap {
namespace {

enum class Decision { buffer, stream, refuse };
using Policy = std::function<Decision(const LiteralOffer&)>;

/// Everything a session would see, as text: one line an event.
class Session {
public:
    explicit Session(LexicalFeatures features = {}, ReaderLimits limits = {}, Policy policy = {})
        : reader(features, limits), policy_(std::move(policy)) {}

    void feed(std::string_view input) {
        for (;;) {
            const ReadStep s = reader.feed(input);
            ASSERT_LE(s.consumed, input.size());
            input.remove_prefix(s.consumed);
            if (s.event == ReadEvent::need_more) {
                ASSERT_TRUE(input.empty());
                return;
            }
            note(s);
        }
    }

    CommandReader reader;
    std::string log;

private:
    void note(const ReadStep& s) {
        switch (s.event) {
            case ReadEvent::command:
                log += "command " + std::string(s.command.tag) + "|" + describe(s.command) + "\n";
                break;
            case ReadEvent::literal_offered:
                decide(s.literal);
                break;
            case ReadEvent::literal_chunk:
                streamed_ += s.chunk;
                break;
            case ReadEvent::literal_end:
                log += "streamed " + std::exchange(streamed_, {}) + "\n";
                break;
            case ReadEvent::error:
                log += "error " + std::string(s.error.tag) + "|" + std::string(s.error.text) + "\n";
                break;
            case ReadEvent::line:
            case ReadEvent::need_more:
                FAIL();
        }
    }
    void decide(const LiteralOffer& offer) {
        log += "offer " + std::string(offer.text) + "|" + std::to_string(offer.size) + "\n";
        const Decision d = policy_ ? policy_(offer) : Decision::buffer;
        if (d == Decision::refuse) return reader.refuse("not now");
        const LiteralAnswer a = d == Decision::stream ? reader.accept_streamed() : reader.accept_buffered();
        if (a == LiteralAnswer::send_continuation) log += "+\n";
    }
    static std::string describe(const Command& c) {
        std::string out(c.text);
        for (const LiteralRef& l : c.literals) {
            out +=
                "|" + std::to_string(l.offset) + "," + std::to_string(l.data) + "," + std::to_string(l.size);
            if (l.streamed) out += "s";
            if (l.literal8) out += "8";
        }
        return out;
    }

    Policy policy_;
    std::string streamed_;
};

LexicalFeatures non_synchronising() {
    LexicalFeatures f;
    f.non_synchronising_literals = true;
    return f;
}

/// The same events whole, octet by octet, and split at every boundary.
void expect_events(std::string_view input, std::string_view events, LexicalFeatures features = {},
                   ReaderLimits limits = {}, const Policy& policy = {}) {
    Session whole(features, limits, policy);
    whole.feed(input);
    EXPECT_EQ(whole.log, events) << "whole: " << input;
    Session bytes(features, limits, policy);
    for (const char c : input) bytes.feed({&c, 1});
    EXPECT_EQ(bytes.log, events) << "byte by byte: " << input;
    for (std::size_t at = 0; at <= input.size(); ++at) {
        Session split(features, limits, policy);
        split.feed(input.substr(0, at));
        split.feed(input.substr(at));
        EXPECT_EQ(split.log, events) << "split at " << at << ": " << input;
    }
}

TEST(CommandReader, Lines) {
    expect_events("a NOOP\r\n", "command a|NOOP\n");
    expect_events("a NOOP\nb X y\r\n", "command a|NOOP\ncommand b|X y\n");
    expect_events("a\r\n", "command a|\n");
    expect_events("a \r\n", "command a|\n");
    expect_events("a NOOP", "");
    expect_events("a  x\r\n", "command a| x\n");
    expect_events("a X \"{5}\"\r\nb Y\r\n", "command a|X \"{5}\"\ncommand b|Y\n");
    expect_events("a X b{5}\r\n", "command a|X b{5}\n");
    expect_events("a X {x}\r\n", "command a|X {x}\n");
    expect_events("a X {}\r\n", "command a|X {}\n");
}

TEST(CommandReader, BadTags) {
    expect_events("\r\na X\r\n", "error |expected a tag\ncommand a|X\n");
    expect_events(" X\r\na X\r\n", "error |expected a tag\ncommand a|X\n");
    expect_events("+ X\r\na X\r\n", "error |expected a tag\ncommand a|X\n");
    expect_events("(a) X\r\na X\r\n", "error |expected a tag\ncommand a|X\n");
    expect_events("{3+}\r\nabc X\r\na X\r\n", "error |expected a tag\ncommand a|X\n", non_synchronising());
}

TEST(CommandReader, SynchronisingLiterals) {
    expect_events("a LOGIN {3}\r\nfoo {0}\r\n\r\n",
                  "offer LOGIN |3\n+\noffer LOGIN {3}\r\nfoo |0\n+\ncommand a|LOGIN {3}\r\nfoo "
                  "{0}\r\n|6,11,3|15,20,0\n");
    expect_events("a X ({2}\r\n\r\n y)\r\nb Y\r\n",
                  "offer X (|2\n+\ncommand a|X ({2}\r\n\r\n y)|3,8,2\ncommand b|Y\n");
    expect_events("a X {5}\r\n{3}\r\n\r\n", "offer X |5\n+\ncommand a|X {5}\r\n{3}\r\n|2,7,5\n");
}

TEST(CommandReader, NonSynchronisingLiterals) {
    expect_events(
        "a LOGIN {3+}\r\nfoo {3+}\r\nbar\r\nb NOOP\r\n",
        "offer LOGIN |3\noffer LOGIN {3+}\r\nfoo |3\ncommand a|LOGIN {3+}\r\nfoo {3+}\r\nbar|6,12,3|16,22,3\n"
        "command b|NOOP\n",
        non_synchronising());
    // Not switched on: the octets come all the same and must not be taken for commands.
    expect_events("a LOGIN {8+}\r\nz NOOP\r\n x {2}\r\nb NOOP\r\n",
                  "error a|non-synchronising literals are not available\ncommand b|NOOP\n");
    expect_events("a LOGIN {8+}\r\nz NOOP\r\n {3+}\r\nabc\r\nb NOOP\r\n",
                  "error a|non-synchronising literals are not available\ncommand b|NOOP\n");
}

TEST(CommandReader, LimitOfNonSynchronisingLiterals) {
    LexicalFeatures f = non_synchronising();
    f.non_synchronising_limit = 4;
    expect_events("a X {4+}\r\n1234\r\n", "offer X |4\ncommand a|X {4+}\r\n1234|2,8,4\n", f);
    expect_events("a X {5+}\r\n12345\r\nb Y\r\n",
                  "error a|a literal of this size has to wait for \"+\"\ncommand b|Y\n", f);
    expect_events("a X {5}\r\n12345\r\n", "offer X |5\n+\ncommand a|X {5}\r\n12345|2,7,5\n", f);
}

TEST(CommandReader, Literal8) {
    LexicalFeatures f = non_synchronising();
    expect_events("a X ~{3}\r\nb Y\r\n", "error a|binary literals are not available\ncommand b|Y\n", f);
    expect_events("a X ~{3+}\r\n\r\n\r\r\nb Y\r\n",
                  "error a|binary literals are not available\ncommand b|Y\n", f);
    f.literal8 = true;
    expect_events("a X ~{3}\r\nabc\r\n", "offer X |3\n+\ncommand a|X ~{3}\r\nabc|2,8,38\n", f);
    expect_events("a X ~{1+}\r\n1\r\n", "offer X |1\ncommand a|X ~{1+}\r\n1|2,9,18\n", f);
}

TEST(CommandReader, StreamedLiterals) {
    ReaderLimits limits;
    limits.streamed_literal = 100;
    const Policy policy = [](const LiteralOffer& o) {
        return o.size > 3 ? Decision::stream : Decision::buffer;
    };
    expect_events("a APPEND {3}\r\nbox {10}\r\n0123456789 {0}\r\n\r\nb Y\r\n",
                  "offer APPEND |3\n+\noffer APPEND {3}\r\nbox |10\n+\nstreamed 0123456789\n"
                  "offer APPEND {3}\r\nbox {10}\r\n |0\n+\n"
                  "command a|APPEND {3}\r\nbox {10}\r\n {0}\r\n|7,12,3|16,22,10s|23,28,0\ncommand b|Y\n",
                  {}, limits, policy);
    const Policy always = [](const LiteralOffer&) { return Decision::stream; };
    expect_events("a X {0}\r\n\r\n", "offer X |0\n+\nstreamed \ncommand a|X {0}\r\n|2,7,0s\n", {}, limits,
                  always);
    expect_events("a X {101}\r\nb Y\r\n", "offer X |101\nerror a|literal too large\ncommand b|Y\n", {},
                  limits, always);
}

TEST(CommandReader, RefusedLiterals) {
    const Policy policy = [](const LiteralOffer&) { return Decision::refuse; };
    expect_events("a X {3}\r\nb Y\r\n", "offer X |3\nerror a|not now\ncommand b|Y\n", {}, {}, policy);
    expect_events("a X {3+}\r\nq\r\n{2+}\r\nzz tail\r\nb Y\r\n", "offer X |3\nerror a|not now\ncommand b|Y\n",
                  non_synchronising(), {}, policy);
}

TEST(CommandReader, BufferedLimit) {
    ReaderLimits limits;
    limits.buffered_literal = 4;
    expect_events("a X {5}\r\nb Y\r\n", "offer X |5\nerror a|literal too large\ncommand b|Y\n", {}, limits);
    expect_events("a X {99999999999999999999}\r\nb Y\r\n", "error a|literal too large\ncommand b|Y\n", {},
                  limits);
}

TEST(CommandReader, TooManyLiterals) {
    ReaderLimits limits;
    limits.literals = 1;
    expect_events("a X {1}\r\n1 {1}\r\nb Y\r\n", "offer X |1\n+\nerror a|too many literals\ncommand b|Y\n",
                  {}, limits);
}

TEST(CommandReader, CommandTooLarge) {
    ReaderLimits limits;
    limits.command = 20;
    expect_events("a X {9}\r\n123456789 {9}\r\nb Y\r\n",
                  "offer X |9\n+\nerror a|command too large\ncommand b|Y\n", {}, limits);
    expect_events("a X {14}\r\nb Y\r\n", "offer X |14\nerror a|literal too large\ncommand b|Y\n", {}, limits);
}

/// Where the error is noticed depends on the feed; that it is, and what comes after, does not.
TEST(CommandReader, LineTooLong) {
    ReaderLimits limits;
    limits.line = 100;
    const std::string line = "tag X " + std::string(200, 'x');
    expect_events(line + "\r\nb Y\r\n", "error tag|command line too long\ncommand b|Y\n", {}, limits);
    expect_events(line + " {5}\r\nb Y\r\n", "error tag|command line too long\ncommand b|Y\n", {}, limits);
    expect_events(line + " {8+}\r\nc Noop\r\n done\r\nb Y\r\n",
                  "error tag|command line too long\ncommand b|Y\n", {}, limits);
    expect_events("a X {2}\r\n12" + std::string(101, 'x') + "\r\nb Y\r\n",
                  "offer X |2\n+\nerror a|command line too long\ncommand b|Y\n", {}, limits);
    expect_events(std::string(101, 'x') + "\r\nb Y\r\n", "error |command line too long\ncommand b|Y\n", {},
                  limits);
}

/// The announcement straddles the point where the line became too long.
TEST(CommandReader, LiteralAfterALineThatIsJustTooLong) {
    for (std::size_t size = 80; size < 110; ++size) {
        ReaderLimits limits;
        limits.line = 100;
        const std::string line = "tag X " + std::string(size - 6, 'x') + " {8+}\r\nc Noop\r\n\r\n";
        Session bytes(non_synchronising(), limits, [](const LiteralOffer&) { return Decision::refuse; });
        for (const char c : line + "b Y\r\n") bytes.feed({&c, 1});
        EXPECT_TRUE(bytes.log.ends_with("command b|Y\n")) << bytes.log;
        EXPECT_EQ(bytes.log.find("Noop"), std::string::npos) << size;
    }
}

TEST(CommandReader, WholeCommandIsNotCopied) {
    CommandReader reader;
    const std::string input = "a FETCH 1:* (FLAGS)\r\nb NOOP\r\n";
    const ReadStep s = reader.feed(input);
    ASSERT_EQ(s.event, ReadEvent::command);
    EXPECT_EQ(s.command.text.data(), input.data() + 2);
    EXPECT_EQ(s.consumed, 21U);
    EXPECT_TRUE(reader.idle());
}

TEST(CommandReader, RawLines) {
    CommandReader reader;
    ReadStep s = reader.feed_line("DO");
    EXPECT_EQ(s.event, ReadEvent::need_more);
    s = reader.feed_line("NE\r\nb NOOP\r\n");
    ASSERT_EQ(s.event, ReadEvent::line);
    EXPECT_EQ(s.chunk, "DONE");
    EXPECT_EQ(s.consumed, 4U);
    s = reader.feed("b NOOP\r\n");
    EXPECT_EQ(s.command.text, "NOOP");
    s = reader.feed_line("x {5+}\r\nnext\r\n");
    EXPECT_EQ(s.chunk, "x {5+}");
    EXPECT_EQ(s.consumed, 8U);
}

TEST(CommandReader, RawLineTooLong) {
    ReaderLimits limits;
    limits.line = 10;
    CommandReader reader({}, limits);
    ReadStep s = reader.feed_line("0123456789ab");
    ASSERT_EQ(s.event, ReadEvent::error);
    EXPECT_EQ(s.error.fault, ReadFault::line_too_long);
    s = reader.feed_line("cd {3+}\r\nok\r\n");
    ASSERT_EQ(s.event, ReadEvent::line);
    EXPECT_EQ(s.chunk, "ok");
}

TEST(CommandReader, ResetForgets) {
    CommandReader reader;
    reader.feed("a STARTTLS {3}\r\n");
    EXPECT_FALSE(reader.idle());
    reader.reset();
    EXPECT_TRUE(reader.idle());
    EXPECT_EQ(reader.feed("b NOOP\r\n").command.tag, "b");
}

TEST(CommandReader, ReleaseKeepsAnUnfinishedCommand) {
    CommandReader reader;
    reader.feed("a NO");
    reader.release();
    EXPECT_EQ(reader.feed("OP\r\n").command.text, "NOOP");
    reader.release();
    EXPECT_TRUE(reader.idle());
}

TEST(CommandReader, LargeStreamIsNotBuffered) {
    CommandReader reader({}, ReaderLimits::authenticated());
    reader.feed("a APPEND box {100000000}\r\n");
    ASSERT_EQ(reader.accept_streamed(), LiteralAnswer::send_continuation);
    const std::string block(1 << 16, 'x');
    std::uint64_t left = 100000000;
    while (left > 0) {
        const std::string_view part =
            std::string_view(block).substr(0, std::min<std::uint64_t>(left, block.size()));
        const ReadStep s = reader.feed(part);
        ASSERT_EQ(s.event, ReadEvent::literal_chunk);
        ASSERT_EQ(s.chunk.data(), block.data());
        left -= s.consumed;
    }
    EXPECT_EQ(reader.feed("").event, ReadEvent::literal_end);
    const ReadStep s = reader.feed("\r\n");
    ASSERT_EQ(s.event, ReadEvent::command);
    EXPECT_EQ(s.command.text, "APPEND box {100000000}\r\n");
    EXPECT_TRUE(s.command.literals[0].streamed);
}

TEST(StoredCommand, OutlivesTheReader) {
    StoredCommand stored;
    {
        CommandReader reader;
        reader.feed("a X {3}\r\n");
        reader.accept_buffered();
        const ReadStep s = reader.feed("abc\r\n");
        stored = StoredCommand(s.command);
    }
    EXPECT_EQ(stored.view().tag, "a");
    EXPECT_EQ(stored.view().text, "X {3}\r\nabc");
    EXPECT_EQ(stored.view().literals.size(), 1U);
}

}  // namespace
}  // namespace postern::imap
