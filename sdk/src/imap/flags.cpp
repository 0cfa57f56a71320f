#include "postern/imap/flags.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "postern/imap/lexical.hpp"

namespace postern::imap {

namespace {
constexpr std::array<std::pair<std::string_view, SystemFlag>, 6> system_flags{{
    {"\\Answered", flag_answered},
    {"\\Flagged", flag_flagged},
    {"\\Deleted", flag_deleted},
    {"\\Seen", flag_seen},
    {"\\Draft", flag_draft},
    {"\\Recent", flag_recent},
}};
}  // namespace

std::optional<SystemFlag> parse_system_flag(std::string_view name) {
    for (const auto& [text, flag] : system_flags) {
        if (equals_ignore_case(text, name)) return flag;
    }
    return std::nullopt;
}

std::string_view system_flag_name(SystemFlag f) {
    for (const auto& [text, flag] : system_flags) {
        if (flag == f) return text;
    }
    return {};
}

bool is_keyword(std::string_view name) {
    return name.size() <= max_keyword_size && is_atom(name);
}

void add_keyword(Flags& flags, std::string_view name) {
    const bool known = std::any_of(flags.keywords.begin(), flags.keywords.end(),
                                   [name](const std::string& k) { return equals_ignore_case(k, name); });
    if (!known) flags.keywords.emplace_back(name);
}

}  // namespace postern::imap
