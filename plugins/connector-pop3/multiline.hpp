#pragma once
// The data part of a multi-line reply (RFC 1939 section 3): takes off the stuffed dots, finds the terminator, across any
// chunk boundary.
//
//     S: +OK 120 octets
//     S: <line> CRLF ... ..dotted line CRLF ... . CRLF
#include <cstddef>
#include <string>
#include <string_view>

namespace postern::pop3 {

/// Receives decoded octets; false ends decoding (a bound is reached).
class DataSink {
public:
    virtual ~DataSink() = default;
    virtual bool append(std::string_view octets) = 0;
};

class MultilineDecoder {
public:
    enum class Status { need_more, done, refused };

    /// With `bare_lf` a line may end with LF alone, for servers whose status line did; otherwise only CRLF ends a line
    /// and the terminator is CRLF.CRLF and nothing else.
    explicit MultilineDecoder(bool bare_lf = false) : bare_lf_(bare_lf) {}

    /// Decodes from `data`; `consumed` says how far. After done, the rest belongs to the next reply.
    Status feed(std::string_view data, DataSink& sink, std::size_t& consumed);

    /// A bare LF was found and made CRLF.
    bool normalised() const { return normalised_; }

private:
    enum class State { line_start, dot, dot_cr, text, cr };

    bool begin_line(std::string_view data, std::size_t& i, DataSink& sink, bool& done);
    bool copy_text(std::string_view data, std::size_t& i, DataSink& sink);

    State state_ = State::line_start;
    bool bare_lf_;
    bool normalised_ = false;
};

}  // namespace postern::pop3
