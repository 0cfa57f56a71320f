// Observers of an account and the count of its sessions.
#include <algorithm>

#include "kernel/mail/account.hpp"

namespace postern::mail {

/// The account outlives its subscriptions: they hold it.
class AccountImpl::Watch final : public Subscription {
public:
    Watch(std::shared_ptr<AccountImpl> account, std::function<void(const AccountEvent&)> observer)
        : observer(std::move(observer)), account_(std::move(account)) {
        account_->observers_.push_back(this);
    }
    ~Watch() override {
        auto& all = account_->observers_;
        const auto at = std::find(all.begin(), all.end(), this);
        if (account_->telling_ > 0) {
            *at = nullptr;
        } else {
            all.erase(at);
        }
    }

    const std::function<void(const AccountEvent&)> observer;

private:
    std::shared_ptr<AccountImpl> account_;
};

class AccountImpl::PresenceImpl final : public Presence {
public:
    explicit PresenceImpl(std::shared_ptr<AccountImpl> account) : account_(std::move(account)) {
        ++account_->sessions_;
    }
    ~PresenceImpl() override {
        --account_->sessions_;
        if (idle_) --account_->idle_sessions_;
    }
    void set_idle(bool idle) override {
        if (idle == idle_) return;
        idle_ = idle;
        if (idle) {
            ++account_->idle_sessions_;
        } else {
            --account_->idle_sessions_;
        }
    }

private:
    std::shared_ptr<AccountImpl> account_;
    bool idle_ = false;
};

std::unique_ptr<Subscription> AccountImpl::watch(std::function<void(const AccountEvent&)> observer) {
    return std::make_unique<Watch>(shared_from_this(), std::move(observer));
}

std::unique_ptr<Account::Presence> AccountImpl::enter(std::string) {
    return std::make_unique<PresenceImpl>(shared_from_this());
}

namespace {

std::optional<AccountEvent::Kind> event_kind(ChangeKind kind) {
    switch (kind) {
        case ChangeKind::added:
            return AccountEvent::Kind::added;
        case ChangeKind::flags:
            return AccountEvent::Kind::flags;
        case ChangeKind::expunged:
            return AccountEvent::Kind::expunged;
        case ChangeKind::recent:
            return std::nullopt;
        case ChangeKind::mailbox_created:
            return AccountEvent::Kind::mailbox_created;
        case ChangeKind::mailbox_renamed:
            return AccountEvent::Kind::mailbox_renamed;
        case ChangeKind::mailbox_deleted:
            return AccountEvent::Kind::mailbox_deleted;
        case ChangeKind::special_use:
            return AccountEvent::Kind::mailbox_changed;
        case ChangeKind::subscription:
            return AccountEvent::Kind::subscription;
        case ChangeKind::attributes:
            return AccountEvent::Kind::attribute;
    }
    return std::nullopt;
}

}  // namespace

/// UIDs a row names. A range may span some that are gone: with the mailbox open those are left out.
std::vector<Uid> AccountImpl::uids_of(const Change& change, const store::ChangeRow& row) const {
    std::vector<Uid> uids;
    if (change.kind == ChangeKind::added) {
        for (std::size_t i = 0; i < change.added.size(); ++i)
            uids.push_back(row.first_uid + static_cast<Uid>(i));
        return uids;
    }
    const MailboxInfo* info = table_.find(row.mailbox);
    const auto hub = hubs_.find(value_of(row.mailbox));
    const bool flags = change.kind == ChangeKind::flags;
    for (const UidRange range : change.ranges) {
        const std::uint64_t last = std::min<std::uint64_t>(range.last, info ? info->uidnext - 1 : 0);
        for (std::uint64_t uid = range.first; uid <= last; ++uid) {
            const auto it = static_cast<Uid>(uid);
            if (flags && hub != hubs_.end() && hub->second.mailbox->find(it) == no_slot) continue;
            uids.push_back(it);
        }
    }
    if (flags) std::sort(uids.begin(), uids.end());
    return uids;
}

void AccountImpl::tell_observers(const Change& change, const store::ChangeRow& row, const Origin& origin,
                                 const std::string& name_before) {
    const auto kind = event_kind(change.kind);
    if (!kind) return;
    const std::vector<Uid> uids = uids_of(change, row);
    AccountEvent event;
    event.kind = *kind;
    event.mailbox = row.mailbox;
    event.modseq = row.modseq;
    event.name = change.name.empty() ? name_before : change.name;
    event.old_name = change.old_name;
    event.uids = uids;
    event.session = origin.session;
    if (change.kind != ChangeKind::attributes) return tell(event);
    for (const AttributeChange& attribute : change.attributes) {
        event.name = attribute.entry;
        tell(event);
    }
}

void AccountImpl::tell(const AccountEvent& event) {
    // An observer may end itself and others.
    ++telling_;
    for (std::size_t i = 0; i < observers_.size(); ++i) {
        if (observers_[i]) observers_[i]->observer(event);
    }
    if (--telling_ == 0) std::erase(observers_, nullptr);
}

}  // namespace postern::mail
