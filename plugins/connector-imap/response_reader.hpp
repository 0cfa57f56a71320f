#pragma once
// Cuts what an IMAP server sends into responses (RFC 3501 section 7), literals included. Bounded whatever it sends.
//
//     * 5 FETCH (UID 7 BODY[] {1200}
//     <1200 octets>)
//     A12 OK [COPYUID 38505 304,319:320 3956:3958] Done
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "postern/imap/argument_cursor.hpp"
#include "postern/imap/command.hpp"

namespace postern::imap_client {

/// One response. Small literals stay in `text` as they came; large ones are taken out, so that a message is copied once.
struct Response {
    enum class Kind : std::uint8_t { untagged, tagged, continuation };
    Kind kind = Kind::untagged;
    std::string tag;   ///< of a tagged one
    std::string text;  ///< after "* ", "+ " or the tag, without the final CRLF
    std::vector<imap::LiteralRef> literals;
    std::vector<std::string>
        large;  ///< octets of the literals that are `streamed`, by index; others are empty

    /// Over `text`; lives no longer than the response.
    imap::ArgumentCursor cursor() const;
};

class ResponseReader {
public:
    struct Limits {
        std::size_t text = 64 * 1024;       ///< octets of a response without its large literals
        std::uint64_t literal = 64 * 1024;  ///< octets of one literal
        std::size_t literals = 64;          ///< in one response
    };
    enum class Status : std::uint8_t { need_more, done, error };

    /// `consumed` says how much of `data` was used; after done the rest belongs to the next response.
    Status feed(std::string_view data, std::size_t& consumed);
    /// After done; the reader begins anew.
    Response take();
    /// After error.
    const char* problem() const { return problem_; }
    /// Nothing of a response was read yet.
    bool idle() const { return line_begin_ == 0 && response_.text.empty(); }

    void set_limits(Limits limits) { limits_ = limits; }
    /// Forget what was read: after STARTTLS.
    void reset();

private:
    enum class State : std::uint8_t { line, literal, finished };

    Status end_line();
    Status fail(const char* problem);
    bool split_start();
    bool is_status() const;
    bool begin_literal();
    std::size_t take_literal(std::string_view data);

    Limits limits_;
    State state_ = State::line;
    Response response_;
    std::size_t line_begin_ = 0;   ///< of the current line in response_.text
    std::uint64_t remaining_ = 0;  ///< octets of the current literal still to come
    const char* problem_ = "";
};

}  // namespace postern::imap_client
