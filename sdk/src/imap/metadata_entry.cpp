#include "postern/imap/metadata_entry.hpp"

#include <algorithm>

namespace postern::imap {

namespace {

constexpr std::size_t max_entry_name = 512;

bool is_entry_char(char c) {
    return c > 0x19 && c < 0x7f && c != '*' && c != '%';
}

bool below(std::string_view name, std::string_view top) {
    return name.starts_with(top) && (name.size() == top.size() || name[top.size()] == '/');
}

}  // namespace

Result<std::string> metadata_entry_name(std::string_view name) {
    std::string entry(name);
    std::ranges::transform(entry, entry.begin(), ascii_lower);
    const bool scoped = below(entry, "/private") || below(entry, "/shared");
    if (!scoped || entry.size() > max_entry_name || entry.ends_with('/') ||
        entry.find("//") != std::string::npos || !std::ranges::all_of(entry, is_entry_char)) {
        return Error(Errc::protocol_violation, "That is not the name of an entry");
    }
    return entry;
}

Result<std::vector<std::string>> parse_metadata_entries(ArgumentCursor& in, std::size_t max) {
    std::vector<std::string> entries;
    const bool list = in.skip('(');
    for (bool more = true; more;) {
        auto name = in.astring();
        if (!name) return name.error();
        auto entry = metadata_entry_name(*name);
        if (!entry) return entry.error();
        if (std::ranges::count(entries, *entry) == 0) entries.push_back(std::move(*entry));
        if (entries.size() > max) return in.error("too many entries");
        if (list) {
            auto end = in.list_end();
            if (!end) return end.error();
            more = !*end;
        } else {
            more = in.skip_space();
        }
    }
    return entries;
}

void write_metadata_value(ResponseWriter& out, std::string_view entry,
                          const std::optional<std::string_view>& value) {
    out.astring(entry);
    if (value && value->find('\0') != std::string_view::npos) {
        out.literal_header(value->size(), true).raw(*value);
    } else {
        out.nstring(value);
    }
}

std::optional<std::string> special_use_value(const mail::MailboxInfo& mailbox) {
    if (mailbox.special_use.empty()) return std::nullopt;
    std::string value;
    for (const std::string& use : mailbox.special_use) {
        if (!value.empty()) value += ' ';
        value += use;
    }
    return value;
}

std::string common_prefix(const std::vector<std::string>& names) {
    if (names.empty()) return {};
    std::string prefix = names.front();
    for (const std::string& name : names) {
        const auto [end, other] = std::ranges::mismatch(prefix, name);
        prefix.erase(end, prefix.end());
    }
    return prefix;
}

}  // namespace postern::imap
