#pragma once
// Commands of ManageSieve (RFC 5804 section 4) from a stream of octets, in pieces of any size. No I/O.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace postern::managesieve {

struct Argument {
    enum class Kind : std::uint8_t { string, number };
    Kind kind = Kind::string;
    std::string text;
    std::uint64_t number = 0;
};

struct Command {
    std::string name;  ///< in capitals; "" for a line that is a string alone (a SASL response)
    std::vector<Argument> arguments;
};

struct ReaderLimits {
    std::size_t quoted = 1024;        ///< octets of a quoted string (section 1.6)
    std::size_t literal = 64 * 1024;  ///< octets of a literal
    std::size_t arguments = 4;
    std::size_t word = 64;  ///< octets of a command's name or of a number
};

/// One command at a time. What does not fit the grammar is read to its end and then told, so that the next command is found.
class CommandReader {
public:
    enum class Event : std::uint8_t {
        more,     ///< everything was taken, nothing is complete
        command,  ///< command()
        error,    ///< error(); the line was passed over
        fatal,    ///< error(); the end of it cannot be found
    };

    explicit CommandReader(const ReaderLimits& limits) : limits_(limits) {}
    /// Takes octets from the front of `input`.
    Event feed(std::string_view& input);
    Command& command() { return command_; }
    const std::string& error() const { return error_; }
    void set_limits(const ReaderLimits& limits) { limits_ = limits; }

private:
    enum class Mode : std::uint8_t {
        start,
        word,
        gap,
        number,
        quoted,
        escape,
        count,
        count_end,
        count_lf,
        literal,
        line_end
    };

    Event step(char c);
    Event step_start(char c);
    Event step_gap(char c);
    Event step_word(char c);
    Event step_quoted(char c);
    Event step_count(char c);
    void fail(const char* text);
    Event end_line();
    void begin_argument(Argument::Kind kind);
    std::string& text() { return command_.arguments.back().text; }

    ReaderLimits limits_;
    Command command_;
    std::string error_;
    Mode mode_ = Mode::start;
    std::uint64_t left_ = 0;  ///< octets of the literal
    bool plus_ = false;
    bool after_space_ = false;
};

}  // namespace postern::managesieve
