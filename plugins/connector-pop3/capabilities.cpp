#include "connector-pop3/capabilities.hpp"

#include <algorithm>
#include <charconv>

namespace postern::pop3 {

namespace {

constexpr std::size_t max_mechanisms = 64;
constexpr std::size_t max_implementation = 200;

std::string upper(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    }
    return out;
}

// Cuts the first word off.
std::string_view next_word(std::string_view& line) {
    while (!line.empty() && (line.front() == ' ' || line.front() == '\t')) line.remove_prefix(1);
    const std::size_t end = std::min(line.find_first_of(" \t"), line.size());
    const std::string_view word = line.substr(0, end);
    line.remove_prefix(end);
    return word;
}

std::optional<int> number(std::string_view word) {
    int value = 0;
    const auto result = std::from_chars(word.data(), word.data() + word.size(), value);
    if (result.ec != std::errc{} || result.ptr != word.data() + word.size() || value < 0) return std::nullopt;
    return value;
}

}  // namespace

bool Capabilities::has_mechanism(std::string_view name) const {
    return std::find(sasl.begin(), sasl.end(), name) != sasl.end();
}

void Capabilities::add_line(std::string_view line) {
    known = true;
    const std::string tag = upper(next_word(line));
    if (tag == "USER") user = true;
    if (tag == "UIDL") uidl = true;
    if (tag == "TOP") top = true;
    if (tag == "STLS") stls = true;
    if (tag == "PIPELINING") pipelining = true;
    if (tag == "RESP-CODES") response_codes = true;
    if (tag == "AUTH-RESP-CODE") auth_response_code = true;
    if (tag == "SASL") {
        for (auto word = next_word(line); !word.empty() && sasl.size() < max_mechanisms;
             word = next_word(line)) {
            sasl.push_back(upper(word));
        }
    }
    if (tag == "LOGIN-DELAY") {
        if (const auto seconds = number(next_word(line))) login_delay = std::chrono::seconds(*seconds);
    }
    if (tag == "EXPIRE") expire_days = number(next_word(line));
    if (tag == "IMPLEMENTATION") {
        while (!line.empty() && line.front() == ' ') line.remove_prefix(1);
        implementation = line.substr(0, max_implementation);
    }
}

}  // namespace postern::pop3
