#include "postern/smtp/reply.hpp"

#include <algorithm>

namespace postern::smtp {

namespace {

constexpr std::size_t max_reply_text = 480;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

void append_clean(std::string& out, std::string_view text, bool utf8) {
    std::size_t size = std::min(text.size(), max_reply_text);
    // Not in the middle of a character.
    while (size > 0 && size < text.size() && (static_cast<unsigned char>(text[size]) & 0xc0U) == 0x80) --size;
    for (const char c : text.substr(0, size)) {
        const auto octet = static_cast<unsigned char>(c);
        const bool plain = octet >= 0x20 && octet < 0x7f;
        out += plain || c == '\t' || (utf8 && octet >= 0x80) ? c : '?';
    }
}

}  // namespace

std::string to_wire(const Reply& reply, bool utf8) {
    std::string out;
    std::string_view rest = reply.text;
    for (bool last = false; !last;) {
        const auto end = rest.find('\n');
        last = end == std::string_view::npos;
        std::string_view line = rest.substr(0, end);
        if (!last) rest.remove_prefix(end + 1);
        if (line.ends_with('\r')) line.remove_suffix(1);
        out += std::to_string(reply.code);
        out += last ? ' ' : '-';
        if (!reply.status.empty()) out += reply.status + ' ';
        append_clean(out, line, utf8);
        out += "\r\n";
    }
    return out;
}

ReplyParser::State ReplyParser::feed(std::string_view& input) {
    while (!failed_ && !input.empty()) {
        const auto end = input.find('\n');
        const auto taken = end == std::string_view::npos ? input.size() : end + 1;
        if (line_.size() + taken > max_line) break;
        line_.append(input.substr(0, taken));
        input.remove_prefix(taken);
        if (end == std::string_view::npos) return State::more;
        line_.resize(line_.size() - (line_.ends_with("\r\n") ? 2 : 1));
        const State state = line(line_);
        line_.clear();
        if (state != State::more) return state;
    }
    if (!failed_ && input.empty()) return State::more;
    failed_ = true;
    return State::failed;
}

ReplyParser::State ReplyParser::line(std::string_view text) {
    const bool code = text.size() >= 3 && text[0] >= '1' && text[0] <= '5' && is_digit(text[1]) &&
                      is_digit(text[2]) && (text.size() == 3 || text[3] == ' ' || text[3] == '-');
    const unsigned number =
        code ? static_cast<unsigned>((text[0] - '0') * 100 + (text[1] - '0') * 10 + (text[2] - '0')) : 0;
    if (!code || (lines_ > 0 && number != reply_.code) || ++lines_ > max_lines) {
        failed_ = true;
        return State::failed;
    }
    if (lines_ == 1) reply_ = Reply{number, {}, {}};
    if (lines_ > 1) reply_.text += '\n';
    const bool more = text.size() > 3 && text[3] == '-';
    reply_.text += text.size() > 4 ? text.substr(4) : std::string_view();
    return more ? State::more : State::done;
}

Reply ReplyParser::take() {
    lines_ = 0;
    Reply reply;
    std::swap(reply, reply_);
    if (const auto status = leading_status(reply.text)) reply.status = *status;
    return reply;
}

std::optional<std::string_view> leading_status(std::string_view text) {
    if (text.empty() || (text[0] != '2' && text[0] != '4' && text[0] != '5')) return std::nullopt;
    std::size_t at = 1;
    for (int part = 0; part < 2; ++part) {
        if (at >= text.size() || text[at] != '.') return std::nullopt;
        const auto begin = ++at;
        while (at < text.size() && at - begin < 3 && is_digit(text[at])) ++at;
        if (at == begin) return std::nullopt;
    }
    if (at < text.size() && text[at] != ' ' && text[at] != '\n') return std::nullopt;
    return text.substr(0, at);
}

}  // namespace postern::smtp
