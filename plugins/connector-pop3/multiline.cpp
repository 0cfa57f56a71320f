#include "connector-pop3/multiline.hpp"

#include <cstring>

namespace postern::pop3 {

// At the start of a line and in the middle of a possible terminator. False: the sink refused.
bool MultilineDecoder::begin_line(std::string_view data, std::size_t& i, DataSink& sink, bool& done) {
    const char c = data[i];
    switch (state_) {
        case State::line_start:
            state_ = State::text;
            if (c == '.') {
                state_ = State::dot;
                ++i;
            }
            return true;
        case State::dot:
            state_ = State::text;  // one leading dot is gone, whatever follows
            if (c == '\r') {
                state_ = State::dot_cr;
                ++i;
            } else if (c == '\n' && bare_lf_) {
                ++i;
                done = true;
            }
            return true;
        case State::dot_cr:
            if (c == '\n') {
                ++i;
                done = true;
                return true;
            }
            state_ = State::text;
            return sink.append("\r");
        case State::text:
        case State::cr:
            return true;
    }
    return true;
}

// Up to and including the next line end.
bool MultilineDecoder::copy_text(std::string_view data, std::size_t& i, DataSink& sink) {
    if (state_ == State::cr) {
        const bool line_end = data[i] == '\n';
        state_ = line_end ? State::line_start : State::text;
        if (!line_end) return sink.append("\r");
        ++i;
        return sink.append("\r\n");
    }
    const char* begin = data.data() + i;
    const auto* lf = static_cast<const char*>(std::memchr(begin, '\n', data.size() - i));
    if (lf == nullptr) {
        std::string_view rest = data.substr(i);
        i = data.size();
        if (rest.back() == '\r') {
            rest.remove_suffix(1);
            state_ = State::cr;
        }
        return rest.empty() || sink.append(rest);
    }
    const std::size_t length = static_cast<std::size_t>(lf - begin);
    i += length + 1;
    if (length > 0 && begin[length - 1] == '\r') {
        state_ = State::line_start;
        return sink.append({begin, length + 1});
    }
    normalised_ = true;
    if (bare_lf_) state_ = State::line_start;
    return (length == 0 || sink.append({begin, length})) && sink.append("\r\n");
}

MultilineDecoder::Status MultilineDecoder::feed(std::string_view data, DataSink& sink,
                                                std::size_t& consumed) {
    consumed = 0;
    while (consumed < data.size()) {
        bool done = false;
        const bool in_text = state_ == State::text || state_ == State::cr;
        const bool accepted =
            in_text ? copy_text(data, consumed, sink) : begin_line(data, consumed, sink, done);
        if (!accepted) return Status::refused;
        if (done) return Status::done;
    }
    return Status::need_more;
}

}  // namespace postern::pop3
