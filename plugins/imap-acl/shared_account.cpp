#include "shared_account.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace postern::imap {

std::map<std::string, AccountId> parse_sharers(std::string_view text) {
    std::map<std::string, AccountId> sharers;
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        const auto space = line.find(' ');
        std::uint64_t id = 0;
        if (space == std::string_view::npos) continue;
        std::from_chars(line.data(), line.data() + space, id);
        if (id != 0) sharers[std::string(line.substr(space + 1))] = AccountId{id};
    }
    return sharers;
}

std::string sharers_text(const std::map<std::string, AccountId>& sharers) {
    std::string text;
    for (const auto& [login, id] : sharers) text += std::to_string(value_of(id)) + ' ' + login + '\n';
    return text;
}

SharedAccount::SharedAccount(std::shared_ptr<mail::Account> own, mail::MailService& mail, Runtime& runtime)
    : own_(std::move(own)), mail_(mail), runtime_(runtime) {}

SharedAccount::~SharedAccount() = default;

Task<void> SharedAccount::attach_later(std::shared_ptr<SharedAccount> self) {
    co_await self->attach();
}

Task<void> SharedAccount::attach() {
    if (attaching_) {
        attach_again_ = true;
        co_return;
    }
    attaching_ = true;
    const auto self = shared_from_this();
    if (!own_watch_) own_watch_ = own_->watch([this](const mail::AccountEvent& event) { tell(event); });
    do {
        attach_again_ = false;
        const std::string* text = own_->find_attribute(MailboxId{}, shared_entry);
        const auto sharers = parse_sharers(text ? *text : std::string_view());
        for (const auto& [login, id] : sharers) {
            const std::string prefix = std::string(other_users_prefix) + login + mail::hierarchy_delimiter;
            const bool known =
                std::ranges::any_of(guests_, [&](const auto& g) { return g->prefix == prefix; });
            if (known || id == own_->id() || guests_.size() >= max_sharers) continue;
            const AccountId account = id;
            auto opened = co_await mail_.open_here(account);
            // Who is not there, or not now, shares nothing.
            if (!opened || (*opened)->login() != login) continue;
            auto guest = std::make_unique<Guest>();
            guest->account = std::move(*opened);
            guest->prefix = prefix;
            Guest* address = guest.get();
            guest->watch = guest->account->watch(
                [this, address](const mail::AccountEvent& event) { tell_of_guest(*address, event); });
            guests_.push_back(std::move(guest));
            tell_of_rights(*address, {});
        }
    } while (attach_again_);
    attaching_ = false;
}

const SharedAccount::Merged& SharedAccount::merged() const {
    std::vector<Modseq> now{own_->change_seq()};
    for (const auto& guest : guests_) now.push_back(guest->account->change_seq());
    if (merged_.made_at == now) return merged_;
    Merged fresh;
    fresh.made_at = std::move(now);
    for (const mail::MailboxInfo& info : own_->mailboxes()) {
        // A mailbox of one's own that is called so gives way.
        if (!info.name.starts_with(other_users_prefix)) fresh.listed.push_back(info);
    }
    for (std::size_t i = 0; i < guests_.size(); ++i) {
        const Guest& guest = *guests_[i];
        for (const mail::MailboxInfo& info : guest.account->mailboxes()) {
            const Rights rights = rights_of(*guest.account, info.name, own_->login());
            if ((rights & rights_to_know) == 0) continue;
            auto& list = rights & right_lookup ? fresh.listed : fresh.unlisted;
            list.push_back(info);
            list.back().name = guest.prefix + info.name;
            list.back().special_use.clear();
            fresh.guest_of[info.id] = i;
        }
    }
    std::ranges::sort(fresh.listed, {}, &mail::MailboxInfo::name);
    merged_ = std::move(fresh);
    return merged_;
}

const std::vector<mail::MailboxInfo>& SharedAccount::mailboxes() const {
    return guests_.empty() ? own_->mailboxes() : merged().listed;
}

const mail::MailboxInfo* SharedAccount::find_mailbox(std::string_view name) const {
    if (guests_.empty() || !name.starts_with(other_users_prefix)) return own_->find_mailbox(name);
    const Guest* guest = guest_with(name);
    if (guest == nullptr) return nullptr;
    // "inbox" in any case is INBOX there, too.
    const mail::MailboxInfo* theirs = guest->account->find_mailbox(name.substr(guest->prefix.size()));
    return theirs == nullptr ? nullptr : find_mailbox(theirs->id);
}

const mail::MailboxInfo* SharedAccount::find_mailbox(MailboxId id) const {
    if (guests_.empty()) return own_->find_mailbox(id);
    const Merged& all = merged();
    if (!all.guest_of.contains(id)) return own_->find_mailbox(id);
    for (const auto* list : {&all.listed, &all.unlisted}) {
        const auto found = std::ranges::find(*list, id, &mail::MailboxInfo::id);
        if (found != list->end()) return &*found;
    }
    return nullptr;
}

const SharedAccount::Guest* SharedAccount::guest_with(std::string_view name) const {
    for (const auto& guest : guests_) {
        if (name.starts_with(guest->prefix)) return guest.get();
    }
    return nullptr;
}

SharedAccount::Place SharedAccount::place_of(MailboxId mailbox) const {
    Place place;
    place.account = &account_of(mailbox);
    place.info = place.account->find_mailbox(mailbox);
    return place;
}

mail::Account& SharedAccount::account_of(MailboxId mailbox) const {
    if (guests_.empty()) return *own_;
    const auto& guest_of = merged().guest_of;
    const auto found = guest_of.find(mailbox);
    return found == guest_of.end() ? *own_ : *guests_[found->second]->account;
}

Rights SharedAccount::rights(MailboxId mailbox) const {
    const Place place = place_of(mailbox);
    return place.info == nullptr ? Rights{0} : rights_of(*place.account, place.info->name, own_->login());
}

/// An observer, as long as it lives.
class SharedAccount::Watch final : public mail::Subscription {
public:
    Watch(std::shared_ptr<SharedAccount> account, std::function<void(const mail::AccountEvent&)> observer)
        : observer(std::move(observer)), account_(std::move(account)) {
        account_->observers_.push_back(this);
    }
    ~Watch() override {
        auto& all = account_->observers_;
        const auto at = std::ranges::find(all, this);
        if (account_->telling_ > 0) {
            *at = nullptr;
        } else {
            all.erase(at);
        }
    }
    const std::function<void(const mail::AccountEvent&)> observer;

private:
    std::shared_ptr<SharedAccount> account_;
};

std::unique_ptr<mail::Subscription> SharedAccount::watch(
    std::function<void(const mail::AccountEvent&)> observer) {
    return std::make_unique<Watch>(shared_from_this(), std::move(observer));
}

void SharedAccount::tell(const mail::AccountEvent& event) {
    if (event.kind == mail::AccountEvent::Kind::attribute && event.name == shared_entry) {
        runtime_.spawn(runtime_.core_of(value_of(own_->id())), "shared accounts",
                       attach_later(shared_from_this()));
    }
    ++telling_;
    for (std::size_t i = 0; i < observers_.size(); ++i) {
        if (observers_[i]) observers_[i]->observer(event);
    }
    if (--telling_ == 0) std::erase(observers_, nullptr);
}

SharedAccount::Names SharedAccount::listed_of(const Guest& guest) const {
    Names names;
    for (const mail::MailboxInfo& info : guest.account->mailboxes()) {
        if (rights_of(*guest.account, info.name, own_->login()) & right_lookup)
            names.emplace(info.id, guest.prefix + info.name);
    }
    return names;
}

void SharedAccount::tell_of_rights(Guest& guest, mail::AccountEvent event) {
    Names now = listed_of(guest);
    const Names before = std::exchange(guest.listed, now);
    const auto tell_changes = [&](mail::AccountEvent::Kind kind, const Names& some, const Names& others) {
        for (const auto& [id, name] : some) {
            if (others.contains(id)) continue;
            event.kind = kind;
            event.mailbox = id;
            event.name = name;
            tell(event);
        }
    };
    tell_changes(mail::AccountEvent::Kind::mailbox_deleted, before, now);
    tell_changes(mail::AccountEvent::Kind::mailbox_created, now, before);
}

/// Of mailboxes that the user may look up, under the names that he knows.
void SharedAccount::tell_of_guest(Guest& guest, mail::AccountEvent event) {
    using Kind = mail::AccountEvent::Kind;
    if (event.kind == Kind::attribute && event.name == acl_entry) {
        tell_of_rights(guest, std::move(event));
        return;
    }
    if (event.kind == Kind::mailbox_created || event.kind == Kind::mailbox_renamed) {
        guest.listed = listed_of(guest);
    } else if (event.kind == Kind::mailbox_deleted) {
        guest.listed.erase(event.mailbox);
    }
    if (observers_.empty() || event.kind == Kind::subscription || event.mailbox == MailboxId{}) return;
    const mail::MailboxInfo* theirs = guest.account->find_mailbox(event.mailbox);
    const std::string name = theirs ? theirs->name : event.name;
    const Rights rights = rights_of(*guest.account, name, own_->login());
    if ((rights & right_lookup) == 0) return;
    const bool of_messages =
        event.kind == Kind::added || event.kind == Kind::expunged || event.kind == Kind::flags;
    if (of_messages && (rights & right_read) == 0) return;
    if (event.kind == Kind::attribute) {
        const std::string mine = private_prefix();
        if (event.name.starts_with(mine + "/private")) {
            event.name.erase(0, mine.size());
        } else if (!event.name.starts_with("/shared")) {
            return;
        }
    } else {
        event.name = guest.prefix + event.name;
        if (!event.old_name.empty()) event.old_name = guest.prefix + event.old_name;
    }
    tell(event);
}

}  // namespace postern::imap
