#include "submission/sent_copies.hpp"

namespace postern::submission {

namespace {

/// A bound on memory, not a policy.
constexpr std::size_t max_copies = 50'000;

std::string key_of(AccountId account, MailboxId mailbox, std::string_view message_id) {
    return std::to_string(value_of(account)) + ' ' + std::to_string(value_of(mailbox)) + ' ' +
           std::string(message_id);
}

}  // namespace

void SentCopies::add(AccountId account, MailboxId mailbox, std::string_view message_id, Uid uid,
                     Clock::time_point now) {
    const std::lock_guard lock(mutex_);
    if (copies_.size() >= max_copies)
        std::erase_if(copies_, [&](const auto& entry) { return entry.second.until < now; });
    if (copies_.size() >= max_copies) copies_.clear();
    copies_[key_of(account, mailbox, message_id)] = {uid, now + memory_};
}

std::optional<Uid> SentCopies::find_copy(AccountId account, MailboxId mailbox,
                                         std::string_view message_id) const {
    const std::lock_guard lock(mutex_);
    const auto found = copies_.find(key_of(account, mailbox, message_id));
    if (found == copies_.end() || found->second.until < Clock::now()) return std::nullopt;
    return found->second.uid;
}

}  // namespace postern::submission
