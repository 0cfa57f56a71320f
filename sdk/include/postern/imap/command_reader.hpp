#pragma once
// Cuts the octets of a client into commands (RFC 3501 sections 2.2.1 and 4.3, RFC 7888). No I/O, no knowledge of any
// command: the session feeds octets, and decides what becomes of each literal before its octets come.
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "postern/export.hpp"
#include "postern/imap/command.hpp"
#include "postern/imap/lexical.hpp"

namespace postern::imap {

/// Bounds in octets. Raised by the session after authentication (before it, a stranger is talking).
struct ReaderLimits {
    std::size_t line = 8192;  ///< one line between literals
    std::uint64_t buffered_literal = 16 * 1024;
    std::uint64_t streamed_literal = 0;  ///< 0: streaming is refused
    std::size_t command = 64 * 1024;     ///< text and buffered literals together
    std::size_t literals = 16;           ///< literals a command

    /// Limits for an authenticated user.
    static constexpr ReaderLimits authenticated() {
        return {64 * 1024, 1024 * 1024, std::uint64_t{1} << 32, 2 * 1024 * 1024, 1000};
    }
};

enum class ReadEvent : std::uint8_t {
    need_more,        ///< all input is consumed; feed more
    literal_offered,  ///< answer with accept_buffered(), accept_streamed() or refuse(), then feed on
    literal_chunk,    ///< ReadStep::chunk: octets of a streamed literal
    literal_end,      ///< the streamed literal is complete
    command,          ///< ReadStep::command
    line,             ///< ReadStep::chunk, only from feed_line()
    error,            ///< ReadStep::error; feed on: the reader finds the next command by itself
};

enum class ReadFault : std::uint8_t {
    none,
    no_tag,  ///< no tag, so the answer is an untagged BAD
    line_too_long,
    command_too_large,
    too_many_literals,
    literal_not_allowed,  ///< this form of literal is not switched on, or not here
    literal_too_large,    ///< above the limit of its kind
    literal_must_wait,    ///< above what may come without waiting (RFC 7888 section 5)
    literal_refused,      ///< by refuse()
};

/// Why a command is dropped. `tag` is empty if it had none. Views live until the next call of the reader.
struct ReadError {
    ReadFault fault = ReadFault::none;
    std::string_view tag;
    std::string_view text;         ///< for the client
    std::uint64_t offset = 0;      ///< from the start of the command
    std::uint64_t discarding = 0;  ///< octets of literal the client sends in any case; large: better close
};

/// A literal announced by the client. Views live until the next call of the reader.
struct LiteralOffer {
    std::string_view tag;
    std::string_view text;  ///< the command so far, up to the "{" (or "~{")
    std::uint64_t size = 0;
    std::size_t index = 0;  ///< 0 for the first literal of the command
    bool synchronising = true;
    bool literal8 = false;
    std::span<const LiteralRef> literals;  ///< those before this one; for an ArgumentCursor over `text`
};

struct ReadStep {
    ReadEvent event = ReadEvent::need_more;
    std::size_t consumed = 0;  ///< octets of the input that are done with
    std::string_view chunk;
    Command command;
    LiteralOffer literal;
    ReadError error;
};

/// What the session does after accepting a literal.
enum class LiteralAnswer : std::uint8_t {
    proceed,            ///< the octets are on their way
    send_continuation,  ///< send a line starting with "+ "; the client waits for it
    refused,            ///< against a limit; the next feed() yields the error
};

/// Usage: `while (input) { step = reader.feed(input); input.remove_prefix(step.consumed); switch (step.event) ... }`.
/// A command without literals that lies whole in the input is not copied: its views point into the input. Not
/// thread-safe; keeps no memory between commands once release() is called.
class POSTERN_SDK CommandReader {
public:
    explicit CommandReader(LexicalFeatures features = {}, ReaderLimits limits = {});

    LexicalFeatures& features() { return features_; }
    ReaderLimits& limits() { return limits_; }

    /// The next event. May be called with empty input, to collect what is pending.
    ReadStep feed(std::string_view input);
    /// The next raw line without its CRLF, for commands that take over the input (RFC 2177 DONE, SASL replies). Only
    /// between commands.
    ReadStep feed_line(std::string_view input);

    LiteralAnswer accept_buffered();
    /// Octets come as literal_chunk events, and are not part of Command::text.
    LiteralAnswer accept_streamed();
    /// The next feed() yields an error with this text. The octets of a non-synchronising literal, and the rest of that
    /// command, are skipped.
    void refuse(std::string text, ReadFault fault = ReadFault::literal_refused);

    /// No command is begun: nothing is buffered.
    bool idle() const { return state_ == State::line && (seen_ || buffer_.empty()); }
    /// Forget everything read so far: mandatory between STARTTLS's reply and the handshake (RFC 3501 section 6.2.1).
    void reset();
    /// Give the buffers' memory back. Only when idle.
    void release();

private:
    enum class State : std::uint8_t {
        line,             ///< collecting a line of the command
        offered,          ///< waiting for the session's decision
        buffered,         ///< collecting the octets of a literal
        streamed,         ///< handing them over
        failed,           ///< an error is to be reported
        discard_literal,  ///< skipping the octets of a literal nobody wants
        discard_line,     ///< skipping to the end of a line
    };
    struct Announcement {
        std::size_t begin = 0;  ///< of "{" or "~" in the line; in buffer_ once on offer
        std::uint64_t size = 0;
        bool synchronising = true;
        bool literal8 = false;
        bool present = false;
        bool overflow = false;  ///< more digits than 63 bits hold
    };
    static Announcement find_announcement(std::string_view line);
    static std::size_t tag_size(std::string_view line);

    ReadStep feed_command_line(std::string_view input, std::size_t before);
    ReadStep complete_in_place(std::string_view line, std::size_t consumed);
    ReadStep complete_buffered_line(std::size_t consumed);
    ReadStep offer(std::size_t consumed);
    ReadStep feed_streamed(std::string_view input, std::size_t before);
    /// True once the line that is skipped has ended.
    bool discard_line(std::string_view input, std::size_t& done);
    void after_bad_line(const Announcement& a);
    ReadStep fail(ReadFault fault, std::string text, std::uint64_t offset, std::size_t consumed);
    ReadStep report(std::size_t consumed);
    void begin_command();
    LiteralAnswer accept(State next, std::uint64_t limit);

    LexicalFeatures features_;
    ReaderLimits limits_;
    State state_ = State::line;
    State after_failure_ = State::line;
    bool seen_ = false;           ///< the caller has got what buffer_ holds; it goes at the next call
    bool raw_ = false;            ///< the line being skipped is a raw one: no literal follows it
    std::string buffer_;          ///< the command so far: tag, SP, text
    std::size_t tag_size_ = 0;    ///< 0 while the tag is not known
    std::size_t line_begin_ = 0;  ///< of the current line in buffer_
    std::vector<LiteralRef> literals_;
    Announcement pending_;         ///< of the literal on offer
    std::uint64_t remaining_ = 0;  ///< octets of the current literal still to come
    std::string tail_;             ///< last octets of a line being skipped
    ReadFault fault_ = ReadFault::none;
    std::string fault_text_;
    std::uint64_t fault_offset_ = 0;
};

}  // namespace postern::imap
