#include "postern/smtp/line_ends.hpp"

namespace postern::smtp {

bool has_bare_line_ends(std::string_view text) {
    for (auto at = text.find_first_of("\r\n"); at != std::string_view::npos;
         at = text.find_first_of("\r\n", at + 2)) {
        if (text[at] == '\n' || at + 1 == text.size() || text[at + 1] != '\n') return true;
    }
    return false;
}

std::string with_line_ends(std::string_view text) {
    std::string out;
    out.reserve(text.size() + text.size() / 32);
    while (!text.empty()) {
        const auto at = text.find_first_of("\r\n");
        out.append(text.substr(0, at));
        if (at == std::string_view::npos) break;
        out += "\r\n";
        text.remove_prefix(text.substr(at).starts_with("\r\n") ? at + 2 : at + 1);
    }
    return out;
}

}  // namespace postern::smtp
