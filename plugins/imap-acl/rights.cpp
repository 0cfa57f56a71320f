#include "rights.hpp"

#include <algorithm>

namespace postern::imap {

namespace {

constexpr std::string_view letters = "lrswipkxtea";

/// Without the virtual rights.
std::string plain_text(Rights rights) {
    std::string text;
    for (std::size_t i = 0; i < letters.size(); ++i) {
        if ((rights >> i) & 1U) text += letters[i];
    }
    return text;
}

}  // namespace

std::string rights_text(Rights rights) {
    std::string text = plain_text(rights);
    if (rights & (right_create | right_delete)) text += 'c';
    if (rights & (right_deleted | right_expunge)) text += 'd';
    return text;
}

Result<Rights> parse_rights(std::string_view text) {
    Rights rights = 0;
    for (const char c : text) {
        const auto at = letters.find(c);
        if (at != std::string_view::npos) {
            rights |= static_cast<Rights>(1U << at);
        } else if (c == 'c') {
            rights |= right_create | right_delete;
        } else if (c == 'd') {
            rights |= right_deleted | right_expunge;
        } else {
            return Error(Errc::protocol_violation, "There is no such right");
        }
    }
    return rights;
}

std::string acl_text(const AccessList& list) {
    std::string text;
    for (const auto& [login, rights] : list) text += plain_text(rights) + ' ' + login + '\n';
    return text;
}

AccessList parse_acl(std::string_view text) {
    AccessList list;
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        const auto space = line.find(' ');
        if (space == std::string_view::npos) continue;
        auto rights = parse_rights(line.substr(0, space));
        if (rights) list[std::string(line.substr(space + 1))] = *rights;
    }
    return list;
}

AccessList access_list(const mail::Account& account, std::string_view mailbox) {
    for (std::string_view name = mailbox; !name.empty();) {
        const mail::MailboxInfo* info = account.find_mailbox(name);
        const std::string* text = info ? account.find_attribute(info->id, acl_entry) : nullptr;
        if (text != nullptr) return parse_acl(*text);
        const auto end = name.rfind(mail::hierarchy_delimiter);
        name = name.substr(0, end == std::string_view::npos ? 0 : end);
    }
    return {};
}

Rights rights_of(const mail::Account& account, std::string_view mailbox, std::string_view login) {
    if (login == account.login()) return all_rights;
    const AccessList list = access_list(account, mailbox);
    const auto found = list.find(std::string(login));
    return found == list.end() ? Rights{0} : found->second;
}

Error denied() {
    return {Errc::permission_denied, "You have no right to do that"};
}

mail::FlagRights flag_rights(Rights rights) {
    mail::FlagRights may;
    may.flags = 0;
    if (rights & right_seen) may.flags |= mail::seen;
    if (rights & right_deleted) may.flags |= mail::deleted;
    if (rights & right_write) may.flags |= mail::answered | mail::flagged | mail::draft;
    may.keywords = (rights & right_write) != 0;
    return may;
}

}  // namespace postern::imap
