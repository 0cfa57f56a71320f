#include <algorithm>

#include "postern/mail/account.hpp"
#include "postern/mail/account_state.hpp"
#include "postern/mail/withdraw.hpp"

namespace postern::mail {

// Key functions: vtables and typeinfo live in this library.
View::~View() = default;
Mailbox::~Mailbox() = default;
Subscription::~Subscription() = default;
TextCandidates::~TextCandidates() = default;
Account::~Account() = default;
AccountState::~AccountState() = default;
Account::Presence::~Presence() = default;
MailService::~MailService() = default;
StoreGuard::~StoreGuard() = default;
bool StoreGuard::depends_on_state(const GuardedOperation&) {
    return false;
}
bool StoreGuard::counts_attributes(const Account&) {
    return false;
}

SlotHold::SlotHold(std::shared_ptr<Mailbox> mailbox) : mailbox_(std::move(mailbox)) {
    if (mailbox_) mailbox_->hold_slots();
}
SlotHold::SlotHold(SlotHold&& other) noexcept : mailbox_(std::move(other.mailbox_)) {
    other.mailbox_.reset();
}
SlotHold& SlotHold::operator=(SlotHold&& other) noexcept {
    std::swap(mailbox_, other.mailbox_);
    SlotHold former(std::move(other));
    return *this;
}
SlotHold::~SlotHold() {
    if (mailbox_) mailbox_->release_slots();
}

namespace {

std::vector<Slot> slots_of(const Mailbox& mailbox, const std::vector<Uid>& uids) {
    std::vector<Slot> slots;
    const Columns columns = mailbox.columns();
    for (const Uid uid : uids) {
        const auto at = std::lower_bound(columns.uid.begin(), columns.uid.end(), uid);
        if (at != columns.uid.end() && *at == uid)
            slots.push_back(static_cast<Slot>(at - columns.uid.begin()));
    }
    return slots;
}

}  // namespace

Task<Result<void>> withdraw(Account* account, MailboxId mailbox, std::vector<Uid> uids) {
    auto opened = co_await account->open_mailbox(mailbox);
    if (!opened) co_return opened.error();
    const std::shared_ptr<Mailbox> from = std::move(*opened);
    // No cause: it is not the user who does this.
    ExpungeRequest removal;
    removal.slots = slots_of(*from, uids);
    removal.force = true;
    removal.last_copy = store::LastCopy::keep_remote;
    auto removed = co_await from->expunge(std::move(removal));
    if (!removed) co_return removed.error();
    co_return Result<void>();
}

}  // namespace postern::mail
