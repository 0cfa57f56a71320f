#include "delivery_environment.hpp"

#include <algorithm>
#include <charconv>

#include "postern/mail/account.hpp"
#include "postern/sieve/compiler.hpp"

namespace postern::sieve {

std::string DeliveryEnvironment::entry_of(std::string_view key) {
    std::string out(tracked_prefix);
    for (const char c : key) out += c == ' ' ? '/' : c;
    return out;
}

void DeliveryEnvironment::add(std::vector<store::Attribute> attributes) {
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
std::optional<std::string> DeliveryEnvironment::item(std::string_view name) const {
    const mail::PeerFacts& peer = request_.envelope.peer;
    const auto at = peer.server.find('.');
    if (name == "name") return "Postern";
    if (name == "version") return "0.1";
    if (name == "location") return "MDA";
    if (name == "phase") return "during";
    if (name == "host") return peer.server;
    if (name == "domain") return at == std::string::npos ? peer.server : peer.server.substr(at + 1);
    if (name == "remote-host") return peer.host;
    if (name == "remote-ip") return peer.address;
    return std::nullopt;
}

/// The address that was written to, without its detail; else the login.
std::string DeliveryEnvironment::owner() const {
    std::string address = request_.recipient.envelope.address;
    const auto at = address.rfind('@');
    if (at == std::string::npos) return request_.recipient.login;
    const std::string& detail = request_.recipient.detail;
    const std::string tail = "+" + detail;
    if (!detail.empty() && address.substr(0, at).ends_with(tail))
        address.erase(at - tail.size(), tail.size());
    return address;
}

bool DeliveryEnvironment::mailbox_exists(std::string_view name) const {
    return request_.account->find_mailbox(name) != nullptr;
}

std::optional<std::string> DeliveryEnvironment::mailbox_of_id(std::string_view id) const {
    // "F" and 16 hexadecimal digits (RFC 8474, as IMAP announces it).
    std::uint64_t number = 0;
    if (id.size() != 17 || id[0] != 'F') return std::nullopt;
    const auto end = std::from_chars(id.data() + 1, id.data() + id.size(), number, 16);
    if (end.ec != std::errc() || end.ptr != id.data() + id.size()) return std::nullopt;
    const mail::MailboxInfo* mailbox = request_.account->find_mailbox(MailboxId{number});
    if (mailbox == nullptr) return std::nullopt;
    return mailbox->name;
}

std::optional<std::string> DeliveryEnvironment::mailbox_of_use(std::string_view use) const {
    const std::string wanted = to_lower(use);
    for (const mail::MailboxInfo& mailbox : request_.account->mailboxes()) {
        for (const std::string& has : mailbox.special_use) {
            if (to_lower(has) == wanted) return mailbox.name;
        }
    }
    return std::nullopt;
}

std::optional<std::string> DeliveryEnvironment::metadata(std::string_view mailbox,
                                                         std::string_view entry) const {
    MailboxId id{};
    if (!mailbox.empty()) {
        const mail::MailboxInfo* found = request_.account->find_mailbox(mailbox);
        if (found == nullptr) return std::nullopt;
        id = found->id;
    }
    const auto value = annotations_.find({id, std::string(entry)});
    if (value == annotations_.end()) return std::nullopt;
    return value->second;
}

}  // namespace postern::sieve
