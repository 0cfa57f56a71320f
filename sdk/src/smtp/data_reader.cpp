#include "postern/smtp/data_reader.hpp"

#include <algorithm>

namespace postern::smtp {

void DataReader::append(std::string_view octets) {
    size_ += octets.size();
    if (!too_large()) content_.append(octets);
}

void DataReader::feed(std::string_view& input) {
    while (!input.empty() && state_ != State::done) {
        const char c = input.front();
        switch (state_) {
            case State::line_start:
                state_ = c == '.' ? State::dot : State::text;
                if (c == '.') input.remove_prefix(1);
                break;
            case State::dot:
                state_ = c == '\r' ? State::dot_cr : State::text;
                if (c == '\r') input.remove_prefix(1);
                break;
            case State::dot_cr:
                if (c == '\n') {
                    input.remove_prefix(1);
                    state_ = State::done;
                } else {
                    append("\r");
                    state_ = State::cr;
                }
                break;
            case State::text: {
                const auto end = std::min(input.find('\r'), input.size() - 1) + 1;
                append(input.substr(0, end));
                if (input[end - 1] == '\r') state_ = State::cr;
                input.remove_prefix(end);
                break;
            }
            case State::cr:
                state_ = c == '\n' ? State::line_start : State::text;
                if (c == '\n') {
                    append("\n");
                    input.remove_prefix(1);
                }
                break;
            case State::done:
                break;
        }
    }
}

void append_stuffed(std::string_view content, std::string& out) {
    bool line_start = true;
    while (!content.empty()) {
        if (line_start && content.front() == '.') out += '.';
        const auto end = content.find("\r\n");
        const auto taken = end == std::string_view::npos ? content.size() : end + 2;
        out.append(content.substr(0, taken));
        content.remove_prefix(taken);
        line_start = end != std::string_view::npos;
    }
    if (!line_start) out += "\r\n";
    out += ".\r\n";
}

}  // namespace postern::smtp
