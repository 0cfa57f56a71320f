#include "kernel/mail/mailbox_table.hpp"

namespace postern::mail {

namespace {

constexpr std::size_t max_levels = 32;

bool is_inbox(std::string_view level) {
    constexpr std::string_view inbox = "INBOX";
    if (level.size() != inbox.size()) return false;
    for (std::size_t i = 0; i < inbox.size(); ++i) {
        if ((level[i] & ~0x20) != inbox[i]) return false;
    }
    return true;
}

/// Length of the well-formed UTF-8 sequence at the start of `text`, 0 if there is none (RFC 3629 section 4).
std::size_t utf8_length(std::string_view text) {
    const auto octet = [&](std::size_t i) {
        return i < text.size() ? static_cast<std::uint8_t>(text[i]) : 0U;
    };
    const auto tail = [&](std::size_t i) { return (octet(i) & 0xc0U) == 0x80U; };
    const unsigned lead = octet(0);
    if (lead < 0x80) return 1;
    if (lead >= 0xc2 && lead <= 0xdf) return tail(1) ? 2 : 0;
    if (lead >= 0xe0 && lead <= 0xef) {
        const unsigned low = lead == 0xe0 ? 0xa0 : 0x80;
        const unsigned high = lead == 0xed ? 0x9f : 0xbf;
        return octet(1) >= low && octet(1) <= high && tail(2) ? 3 : 0;
    }
    if (lead >= 0xf0 && lead <= 0xf4) {
        const unsigned low = lead == 0xf0 ? 0x90 : 0x80;
        const unsigned high = lead == 0xf4 ? 0x8f : 0xbf;
        return octet(1) >= low && octet(1) <= high && tail(2) && tail(3) ? 4 : 0;
    }
    return 0;
}

}  // namespace

std::string canonical_name(std::string_view name) {
    std::string canonical(name);
    const std::string_view first = name.substr(0, name.find(hierarchy_delimiter));
    if (is_inbox(first)) canonical.replace(0, first.size(), "INBOX");
    return canonical;
}

Result<void> check_name(std::string_view name) {
    const auto invalid = [](const char* why) { return Error(Errc::invalid, why); };
    if (name.empty()) return invalid("a mailbox name must not be empty");
    if (name.size() > max_mailbox_name) return invalid("the mailbox name is too long");
    std::size_t levels = 1;
    char before = hierarchy_delimiter;
    for (std::size_t i = 0; i < name.size();) {
        const char c = name[i];
        if (c == hierarchy_delimiter && before == c)
            return invalid("a mailbox name must not have empty levels");
        levels += c == hierarchy_delimiter;
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
            return invalid("a mailbox name must not have control characters");
        }
        const std::size_t length = utf8_length(name.substr(i));
        if (length == 0) return invalid("the mailbox name is not valid UTF-8");
        before = c;
        i += length;
    }
    if (before == hierarchy_delimiter) return invalid("a mailbox name must not have empty levels");
    if (levels > max_levels) return invalid("the mailbox name has too many levels");
    return {};
}

std::vector<std::string> split_uses(std::string_view uses) {
    std::vector<std::string> tokens;
    while (!uses.empty()) {
        const std::size_t end = std::min(uses.find(' '), uses.size());
        if (end > 0) tokens.emplace_back(uses.substr(0, end));
        uses.remove_prefix(std::min(end + 1, uses.size()));
    }
    return tokens;
}

std::string join_uses(const std::vector<std::string>& uses) {
    std::string joined;
    for (const auto& use : uses) {
        if (!joined.empty()) joined += ' ';
        joined += use;
    }
    return joined;
}

}  // namespace postern::mail
