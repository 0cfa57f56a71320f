#include "part_decoder.hpp"

namespace postern::imap {

void PartDecoder::append(std::string& out) {
    if (!crlf_) {
        out += decoded_;
        return;
    }
    std::string_view rest = decoded_;
    while (!rest.empty()) {
        const auto line_end = rest.find('\n');
        if (line_end == rest.npos) break;
        const bool complete = line_end == 0 ? after_cr_ : rest[line_end - 1] == '\r';
        out += rest.substr(0, line_end);
        out += complete ? "\n" : "\r\n";
        rest.remove_prefix(line_end + 1);
        after_cr_ = false;
    }
    out += rest;
    if (!rest.empty()) after_cr_ = rest.back() == '\r';
}

void PartDecoder::feed(std::string_view input, std::string& out) {
    decoded_.clear();
    decoder_.feed(input, decoded_);
    append(out);
}

void PartDecoder::finish(std::string& out) {
    decoded_.clear();
    decoder_.finish(decoded_);
    append(out);
}

}  // namespace postern::imap
