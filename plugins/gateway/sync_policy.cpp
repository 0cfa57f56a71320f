// What the settings want deleted at the provider although it lives here: mail of a certain age, mail in Trash
// (gateway.md 2.5: T4).
#include <algorithm>

#include "gateway/sync_session.hpp"

namespace postern::gateway {

using store::ReceiptState;

namespace {

constexpr auto retention = static_cast<std::uint8_t>(store::DeleteReason::retention);

const mail::MailboxInfo* find_trash(const mail::Account& account) {
    for (const auto& mailbox : account.mailboxes()) {
        const auto& uses = mailbox.special_use;
        if (std::find(uses.begin(), uses.end(), "\\Trash") != uses.end()) return &mailbox;
    }
    return account.find_mailbox("Trash");
}

}  // namespace

bool SyncSession::trash_needs_a_look() const {
    if (policy().remote_delete != Policy::RemoteDelete::on_trash) return false;
    const auto* trash = find_trash(*context_.account);
    if (trash == nullptr) return false;
    const auto& known = context_.source->trash;
    if (trash->highest_modseq != known.looked_at) return true;
    return std::any_of(known.since.begin(), known.since.end(), [this](const auto& entry) {
        return now() - entry.second >= policy().trash_undo.count();
    });
}

store::ReceiptWrite SyncSession::want_deletion(ReceiptIndex index, store::DeleteReason reason) {
    receipts_[index].delete_reason = static_cast<std::uint8_t>(reason);
    receipts_[index].delete_since = now();
    return move_to(index, ReceiptState::delete_wanted);
}

Task<Outcome<void>> SyncSession::want_by_policy() {
    Outcome<void> done{};
    const auto when = policy().remote_delete;
    const bool by_age = when == Policy::RemoteDelete::after_days || when == Policy::RemoteDelete::on_download;
    if (by_age) done = co_await want_old();
    if (policy().remote_delete == Policy::RemoteDelete::on_trash) done = co_await want_trashed();
    co_return done;
}

// By our clock: the Date field is the sender's.
Task<Outcome<void>> SyncSession::want_old() {
    const bool at_once = policy().remote_delete == Policy::RemoteDelete::on_download;
    const auto reason = at_once ? store::DeleteReason::on_download : store::DeleteReason::retention;
    std::vector<store::ReceiptWrite> writes;
    for (const Match& match : reconciled_.known) {
        const auto& receipt = receipts_[match.receipt];
        const bool old = receipt.stored_at != 0 && now() - receipt.stored_at >= policy().keep_remote.count();
        if (receipt.state != ReceiptState::stored || !old) continue;
        if (receipt.delete_attempts < policy().delete_attempts)
            writes.push_back(want_deletion(match.receipt, reason));
    }
    auto written = co_await write(std::move(writes));
    co_return written;
}

// Messages that have been in Trash, and nowhere else, for the time in which a user may take them back.
Task<Outcome<void>> SyncSession::want_trashed() {
    const auto* info = find_trash(*context_.account);
    if (info == nullptr) co_return Outcome<void>{};
    const MailboxId id = info->id;
    auto& known = context_.source->trash;
    known.looked_at = info->highest_modseq;
    auto trash = co_await context_.account->open_mailbox(id);
    if (!trash) co_return store_fault(trash.error());
    std::map<MessageId, UnixTime> since;
    for (mail::Slot slot = 0; slot < (*trash)->slot_count(); ++slot) {
        if (!(*trash)->columns().is_alive(slot)) continue;
        const MessageId message = (*trash)->columns().message[slot];
        const auto before = known.since.find(message);
        since[message] = before == known.since.end() ? now() : before->second;
    }
    std::vector<ReceiptIndex> gone;
    std::map<MessageId, ReceiptIndex> due;
    for (const Match& match : reconciled_.known) {
        const auto& receipt = receipts_[match.receipt];
        const auto there = since.find(receipt.message);
        const bool trashed = there != since.end();
        if (receipt.state == ReceiptState::delete_wanted && receipt.delete_reason == retention && !trashed) {
            gone.push_back(match.receipt);
        }
        if (receipt.state != ReceiptState::stored || !trashed) continue;
        if (receipt.delete_attempts >= policy().delete_attempts) continue;
        if (now() - there->second >= policy().trash_undo.count()) due[receipt.message] = match.receipt;
    }
    auto left = co_await leave_trash(std::move(gone));
    if (!left) co_return left.error();
    auto elsewhere = co_await placed_outside(id, due);
    if (!elsewhere) co_return elsewhere.error();
    std::vector<store::ReceiptWrite> writes;
    for (const auto& [message, index] : due) {
        if (!elsewhere->contains(message))
            writes.push_back(want_deletion(index, store::DeleteReason::retention));
        since.erase(message);  // looked at again when Trash changes
    }
    known.since = std::move(since);
    auto written = co_await write(std::move(writes));
    co_return written;
}

// Out of Trash before they were deleted there: taken back (T5), or expunged, which wants the deletion all the more.
Task<Outcome<void>> SyncSession::leave_trash(std::vector<ReceiptIndex> gone) {
    std::vector<MessageId> messages;
    for (const ReceiptIndex index : gone) messages.push_back(receipts_[index].message);
    auto loaded = co_await load_lives(std::move(messages));
    if (!loaded) co_return loaded.error();
    std::vector<store::ReceiptWrite> writes;
    for (const ReceiptIndex index : gone) {
        const bool living = lives_[value_of(receipts_[index].message)].living;
        writes.push_back(living ? move_to(index, ReceiptState::stored)
                                : want_deletion(index, store::DeleteReason::last_copy));
    }
    auto written = co_await write(std::move(writes));
    co_return written;
}

Task<Outcome<std::set<MessageId>>> SyncSession::placed_outside(MailboxId trash,
                                                               std::map<MessageId, ReceiptIndex> messages) {
    std::set<MessageId> found;
    if (messages.empty()) co_return found;
    std::vector<MessageId> wanted;
    for (const auto& entry : messages) wanted.push_back(entry.first);
    std::vector<MailboxId> others;
    for (const auto& mailbox : context_.account->mailboxes()) {
        if (mailbox.id != trash && mailbox.total > 0) others.push_back(mailbox.id);
    }
    for (const MailboxId other : others) {
        auto opened = co_await context_.account->open_mailbox(other);
        if (!opened && opened.error().code == Errc::not_found) continue;
        if (!opened) co_return store_fault(opened.error());
        for (const mail::Slot slot : (*opened)->find_messages(wanted)) {
            found.insert((*opened)->columns().message[slot]);
        }
    }
    co_return found;
}

}  // namespace postern::gateway
