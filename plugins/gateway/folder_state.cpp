#include "gateway/folder_state.hpp"

#include <algorithm>
#include <charconv>

#include "gateway/settings.hpp"

namespace postern::gateway {

namespace {

bool contains(const std::vector<std::string>& keywords, std::string_view name) {
    const std::string folded = lower(name);
    return std::any_of(keywords.begin(), keywords.end(),
                       [&](const std::string& k) { return lower(k) == folded; });
}

template <class T>
bool read_number(std::string_view text, T& out) {
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), out);
    return parsed.ec == std::errc() && parsed.ptr == text.data() + text.size();
}

bool read_set(std::string_view text, imap::UidSet& out) {
    auto set = imap::UidSet::parse(text);
    if (set) out = std::move(*set);
    return bool(set);
}

// One line of the text: key, blank, value.
bool read_line(std::string_view line, FolderState& out) {
    const std::size_t blank = line.find(' ');
    if (blank == std::string_view::npos) return false;
    const std::string_view name = line.substr(0, blank);
    const std::string_view value = line.substr(blank + 1);
    if (name == "key") return read_number(value, out.key);
    if (name == "mailbox") {
        std::uint64_t id = 0;
        const bool good = read_number(value, id);
        out.mailbox = MailboxId{id};
        return good;
    }
    if (name == "listed") return read_number(value, out.listed_at);
    if (name == "looked") return read_number(value, out.looked_at);
    if (name == "remote") return out.remote_id = value, true;
    if (name == "name") return out.name = value, true;
    if (name == "token") return out.token = value, true;
    if (name == "selectable") return out.selectable = value == "1", true;
    if (name == "bound") return read_set(value, out.bound);
    if (name == "flag") {
        std::size_t bit = 0;
        const std::size_t second = value.find(' ');
        if (second == std::string_view::npos || !read_number(value.substr(0, second), bit)) return false;
        return bit < out.flags.size() && read_set(value.substr(second + 1), out.flags[bit]);
    }
    if (name == "keyword") {
        const std::size_t second = value.find(' ');
        if (second == std::string_view::npos) return false;
        return read_set(value.substr(second + 1), out.keywords[std::string(value.substr(0, second))]);
    }
    return false;
}

}  // namespace

FlagChange change_between(const FlagState& from, const FlagState& to) {
    FlagChange out;
    out.set = static_cast<mail::FlagBits>(to.bits & ~from.bits);
    out.cleared = static_cast<mail::FlagBits>(from.bits & ~to.bits);
    for (const auto& keyword : to.keywords) {
        if (!contains(from.keywords, keyword)) out.keywords_set.push_back(keyword);
    }
    for (const auto& keyword : from.keywords) {
        if (!contains(to.keywords, keyword)) out.keywords_cleared.push_back(keyword);
    }
    return out;
}

FlagState merge_flags(const FlagState& agreed, const FlagState& here, const FlagState& there) {
    FlagState out;
    // A bit in which only one side differs from what was agreed is that side's; in which both do, both have the same.
    const auto differs = static_cast<mail::FlagBits>(here.bits ^ agreed.bits);
    out.bits = static_cast<mail::FlagBits>((here.bits & differs) | (there.bits & ~differs));
    for (const auto& keyword : here.keywords) {
        const bool removed_there = contains(agreed.keywords, keyword) && !contains(there.keywords, keyword);
        if (!removed_there) out.keywords.push_back(keyword);
    }
    for (const auto& keyword : there.keywords) {
        if (contains(here.keywords, keyword)) continue;
        if (!contains(agreed.keywords, keyword)) out.keywords.push_back(keyword);
    }
    return out;
}

FlagState FolderState::agreed(Uid uid) const {
    FlagState out;
    for (std::size_t bit = 0; bit < flags.size(); ++bit) {
        if (flags[bit].contains(uid)) out.bits = static_cast<mail::FlagBits>(out.bits | (1U << bit));
    }
    for (const auto& [name, uids] : keywords) {
        if (uids.contains(uid)) out.keywords.push_back(name);
    }
    return out;
}

void FolderState::forget(Uid uid) {
    bound.remove(uid);
    for (auto& uids : flags) uids.remove(uid);
    for (auto& [name, uids] : keywords) uids.remove(uid);
}

void FolderState::agree(Uid uid, const FlagState& state) {
    bound.add(uid);
    for (std::size_t bit = 0; bit < flags.size(); ++bit) {
        if ((state.bits >> bit) & 1U) {
            flags[bit].add(uid);
        } else {
            flags[bit].remove(uid);
        }
    }
    for (auto& [name, uids] : keywords) {
        if (!contains(state.keywords, name)) uids.remove(uid);
    }
    for (const auto& keyword : state.keywords) keywords[lower(keyword)].add(uid);
}

std::string FolderState::format() const {
    std::string out;
    const auto line = [&out](std::string_view name, const std::string& value) {
        out.append(name).append(" ").append(value).append("\n");
    };
    line("key", std::to_string(key));
    line("mailbox", std::to_string(value_of(mailbox)));
    line("remote", remote_id);
    line("name", name);
    line("selectable", selectable ? "1" : "0");
    if (!token.empty()) line("token", token);
    line("listed", std::to_string(listed_at));
    line("looked", std::to_string(looked_at));
    if (!bound.empty()) line("bound", bound.to_string());
    for (std::size_t bit = 0; bit < flags.size(); ++bit) {
        if (!flags[bit].empty()) line("flag", std::to_string(bit) + ' ' + flags[bit].to_string());
    }
    for (const auto& [keyword, uids] : keywords) {
        if (!uids.empty()) line("keyword", keyword + ' ' + uids.to_string());
    }
    return out;
}

std::optional<FolderState> FolderState::parse(std::string_view text) {
    FolderState out;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        if (end == std::string_view::npos || !read_line(text.substr(0, end), out)) return std::nullopt;
        text.remove_prefix(end + 1);
    }
    if (out.key == 0 || value_of(out.mailbox) == 0 || out.remote_id.empty()) return std::nullopt;
    return out;
}

}  // namespace postern::gateway
