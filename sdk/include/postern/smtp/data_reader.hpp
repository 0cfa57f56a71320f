#pragma once
// The content of a message as DATA brings it (RFC 5321 section 4.5.2): ends with a line of one dot; a dot at the start of
// another line is taken away. Lines end with CR LF and nothing else, or a message could hide another one behind a bare LF.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "postern/export.hpp"

namespace postern::smtp {

class POSTERN_SDK DataReader {
public:
    /// Content beyond `limit` octets is read and dropped.
    explicit DataReader(std::uint64_t limit) : limit_(limit) {}

    /// Takes octets from the front of `input`; stops behind the end.
    void feed(std::string_view& input);
    bool done() const { return state_ == State::done; }
    bool too_large() const { return size_ > limit_; }
    std::string take() { return std::move(content_); }

private:
    enum class State : std::uint8_t { line_start, dot, dot_cr, text, cr, done };
    void append(std::string_view octets);

    std::uint64_t limit_;
    std::uint64_t size_ = 0;
    std::string content_;
    State state_ = State::line_start;
};

/// Appends `content` as DATA sends it, with the final dot. A bare LF or CR stays: send such content with BDAT, or make its line
/// ends right first.
POSTERN_SDK void append_stuffed(std::string_view content, std::string& out);

}  // namespace postern::smtp
