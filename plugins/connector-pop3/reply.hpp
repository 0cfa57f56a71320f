#pragma once
// Status lines (RFC 1939 section 3), found in a stream of octets.
//
//     S: +OK 2 320
//     S: -ERR [IN-USE] maildrop is locked
#include <cstddef>
#include <string>
#include <string_view>

namespace postern::pop3 {

/// RFC 1939 allows 512 octets; servers send more.
constexpr std::size_t max_status_line = 4096;

struct StatusLine {
    bool ok = false;
    bool challenge = false;  ///< "+ ": the server waits for more (RFC 5034 section 4)
    bool bare_lf = false;    ///< the line ended with LF alone
    std::string text;        ///< after the indicator, without leading blanks
};

class StatusLineReader {
public:
    enum class Status { need_more, done, error };

    /// `consumed` says how much of `data` was used; after done the rest belongs to what follows.
    Status feed(std::string_view data, std::size_t& consumed);
    /// After done.
    const StatusLine& line() const { return line_; }

private:
    Status finish();

    std::string collected_;
    StatusLine line_;
};

}  // namespace postern::pop3
