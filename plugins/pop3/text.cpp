#include "pop3/text.hpp"

#include <algorithm>
#include <charconv>

#include "postern/mime/decode.hpp"
#include "postern/mime/header.hpp"

namespace postern::pop3 {

Command split_command(std::string_view line) {
    const auto end = std::min(line.find(' '), line.size());
    Command command{std::string(line.substr(0, end)), line.substr(std::min(end + 1, line.size()))};
    for (char& c : command.verb) {
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - ('a' - 'A'));
    }
    return command;
}

std::optional<std::uint64_t> take_number(std::string_view& in) {
    std::uint64_t value = 0;
    const auto [end, failed] = std::from_chars(in.data(), in.data() + in.size(), value);
    if (in.empty() || failed != std::errc()) return std::nullopt;
    std::string_view rest = in.substr(static_cast<std::size_t>(end - in.data()));
    if (!rest.empty() && rest.front() != ' ') return std::nullopt;
    rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
    in = rest;
    return value;
}

void DotStuffer::append(std::string_view octets, std::string& out) {
    while (!octets.empty()) {
        if (last_ == '\n' && octets.front() == '.') out += '.';
        const auto end = octets.find('\n');
        const std::string_view line =
            octets.substr(0, end == std::string_view::npos ? octets.size() : end + 1);
        out.append(line);
        before_last_ = line.size() > 1 ? line[line.size() - 2] : last_;
        last_ = line.back();
        octets.remove_prefix(line.size());
    }
}

void DotStuffer::finish(std::string& out) {
    if (last_ != '\n' || before_last_ != '\r') out += "\r\n";
    out += ".\r\n";
}

std::optional<std::size_t> top_length(std::string_view message, std::uint64_t lines) {
    std::size_t at = mime::header_length(message);
    // Without an empty line the header may go on.
    if (at == message.size() && !message.ends_with("\n\n") && !message.ends_with("\n\r\n"))
        return std::nullopt;
    for (std::uint64_t i = 0; i < lines; ++i) {
        const auto end = message.find('\n', at);
        if (end == std::string_view::npos) return std::nullopt;
        at = end + 1;
    }
    return at;
}

bool is_unique_id(std::string_view text) {
    return !text.empty() && text.size() <= 70 &&
           std::ranges::all_of(text, [](char c) { return c >= 0x21 && c <= 0x7e; });
}

bool is_utf8_header(std::string_view octets) {
    const bool ascii =
        std::ranges::all_of(octets, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    return !ascii && mime::is_utf8(octets);
}

}  // namespace postern::pop3
