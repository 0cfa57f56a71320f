#include "account_environment.hpp"

#include <algorithm>
#include <charconv>

#include "postern/sieve/compiler.hpp"

namespace postern::sieve {

bool needs_attributes(const Program& program) {
    static constexpr const char* capabilities[] = {"vacation", "duplicate", "mboxmetadata", "servermetadata"};
    return std::ranges::any_of(capabilities, [&](const char* name) { return program.uses(name); });
}

std::string AccountEnvironment::entry_of(std::string_view key) {
    std::string out(tracked_prefix);
    for (const char c : key) out += c == ' ' ? '/' : c;
    return out;
}

void AccountEnvironment::add(std::vector<store::Attribute> attributes) {
    for (store::Attribute& attribute : attributes) {
        if (!attribute.entry.starts_with(tracked_prefix)) {
            annotations_[{attribute.mailbox, std::move(attribute.entry)}] = std::move(attribute.value);
            continue;
        }
        UnixTime until = 0;
        const std::string& value = attribute.value;
        std::from_chars(value.data(), value.data() + value.size(), until);
        if (until > now_) {
            tracked_.insert(std::move(attribute.entry));
        } else {
            forgotten_.push_back(std::move(attribute.entry));
        }
    }
}

/// RFC 5183 section 4.1
std::optional<std::string> AccountEnvironment::item(std::string_view name) const {
    if (name == "name") return "Postern";
    if (name == "version") return "0.1";
    return std::nullopt;
}

bool AccountEnvironment::mailbox_exists(std::string_view name) const {
    return account_.find_mailbox(name) != nullptr;
}

std::optional<std::string> AccountEnvironment::mailbox_of_id(std::string_view id) const {
    // "F" and 16 hexadecimal digits (RFC 8474, as IMAP announces it).
    std::uint64_t number = 0;
    if (id.size() != 17 || id[0] != 'F') return std::nullopt;
    const auto end = std::from_chars(id.data() + 1, id.data() + id.size(), number, 16);
    if (end.ec != std::errc() || end.ptr != id.data() + id.size()) return std::nullopt;
    const mail::MailboxInfo* mailbox = account_.find_mailbox(MailboxId{number});
    if (mailbox == nullptr) return std::nullopt;
    return mailbox->name;
}

std::optional<std::string> AccountEnvironment::mailbox_of_use(std::string_view use) const {
    const std::string wanted = to_lower(use);
    for (const mail::MailboxInfo& mailbox : account_.mailboxes()) {
        for (const std::string& has : mailbox.special_use) {
            if (to_lower(has) == wanted) return mailbox.name;
        }
    }
    return std::nullopt;
}

std::optional<std::string> AccountEnvironment::metadata(std::string_view mailbox,
                                                        std::string_view entry) const {
    MailboxId id{};
    if (!mailbox.empty()) {
        const mail::MailboxInfo* found = account_.find_mailbox(mailbox);
        if (found == nullptr) return std::nullopt;
        id = found->id;
    }
    const auto value = annotations_.find({id, std::string(entry)});
    if (value == annotations_.end()) return std::nullopt;
    return value->second;
}

}  // namespace postern::sieve
