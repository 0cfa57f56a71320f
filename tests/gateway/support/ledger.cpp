#include "tests/gateway/support/ledger.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "gateway/fingerprint.hpp"

namespace postern::gateway::test {

using store::ReceiptState;

namespace {

std::string name_of(const store::Receipt& receipt) {
    return receipt.uidl + '#' + std::to_string(receipt.occurrence) + " of epoch " +
           std::to_string(receipt.epoch);
}

}  // namespace

const ContentHash* Ledger::content_of(MessageId message) const {
    const auto found = contents_.find(value_of(message));
    return found == contents_.end() ? nullptr : &found->second;
}

std::vector<std::uint64_t> Ledger::served_with(const ContentHash& content) const {
    const auto& ever = provider_.ever_served;
    for (auto next = ever.upper_bound(last_hashed_); next != ever.end(); ++next) {
        serials_[content_hash(next->second)].push_back(next->first);
        last_hashed_ = next->first;
    }
    const auto found = serials_.find(content);
    return found == serials_.end() ? std::vector<std::uint64_t>() : found->second;
}

void Ledger::committed(const store::Transaction& transaction, const store::CommitResult& result) {
    for (const auto& content : transaction.contents) sizes_[content.hash] = content.size;
    note_messages(transaction);
    note_receipts(transaction);
    note_references(transaction, result);
}

void Ledger::note_messages(const store::Transaction& transaction) {
    std::set<std::uint64_t> collected;
    for (const auto& write : transaction.receipts) {
        if (write.receipt.state == ReceiptState::stored) collected.insert(value_of(write.receipt.message));
    }
    for (const auto& message : transaction.messages) {
        contents_[value_of(message.id)] = message.content;
        if (!collected.contains(value_of(message.id))) {
            local_.insert(value_of(message.id));
            continue;
        }
        // I2 and I8: as often as it was served, and what was served.
        const std::size_t served = served_with(message.content).size();
        EXPECT_LE(++collected_[message.content], served) << "I2: collected more often than served";
        EXPECT_GT(served, 0U) << "I8: never served";
    }
}

void Ledger::note_receipts(const store::Transaction& transaction) {
    receipt_writes_ += transaction.receipts.size();
    for (const auto& write : transaction.receipts) {
        const auto& r = write.receipt;
        // T12. A tombstone that gets a new id (T14) is written as one, too, and removes nothing.
        const bool removes = r.state == ReceiptState::vanished && r.message != MessageId{} &&
                             (write.from & store::bit(ReceiptState::suspect)) != 0;
        if (removes) expect_absent(r);
        receipts_[{r.epoch, r.uidl, r.occurrence}] = r;
    }
}

// I5: missing from the last two complete listings, and the sessions of other ones after the first of them died, so that
// what they saw is not known (2.8). Where several messages have its octets, nobody can tell.
void Ledger::expect_absent(const store::Receipt& receipt) const {
    const auto* content = content_of(receipt.message);
    if (content == nullptr) return;
    const auto serials = served_with(*content);
    if (serials.size() != 1) return;
    const auto& listings = provider_.listings;
    int missing = 0;
    for (std::size_t k = listings.size(); k-- > 0 && missing < 2;) {
        const bool listed = listings[k].serials.contains(serials.front());
        const bool last = k + 1 == listings.size();
        EXPECT_FALSE(listed && (last || listings[k].ended_well))
            << "I5: " << name_of(receipt) << " was listed lately";
        if (!listed) ++missing;
    }
    EXPECT_EQ(missing, 2) << "I5: " << name_of(receipt);
}

void Ledger::note_references(const store::Transaction& transaction, const store::CommitResult& result) {
    const bool by_user = transaction.last_copy == store::LastCopy::delete_remote;
    for (const auto& change : transaction.references) {
        const auto id = value_of(change.message);
        if (change.delta > 0) user_deleted_.erase(id);
        if (change.delta < 0 && !by_user && transaction.fence) {
            EXPECT_FALSE(local_.contains(id)) << "I10: local mail was removed by what the provider did";
        }
    }
    for (const auto message : result.unreferenced) {
        if (by_user) user_deleted_.insert(value_of(message));
    }
}

void Ledger::delete_arrived(const FakeProvider::Message& message) {
    const ContentHash hash = content_hash(message.content);
    const bool intended = std::any_of(receipts_.begin(), receipts_.end(), [&](const auto& entry) {
        const auto& r = entry.second;
        const auto* content = content_of(r.message);
        if (r.state != ReceiptState::delete_sent || content == nullptr || *content != hash) return false;
        if (provider_.has_ids && r.uidl != message.uidl) return false;
        const bool by_policy = r.delete_reason != static_cast<std::uint8_t>(store::DeleteReason::last_copy);
        return by_policy || user_deleted_.contains(value_of(r.message));
    });
    EXPECT_TRUE(intended) << "I3, I4: " << message.uidl << " was deleted without intent";
}

void Ledger::session_confirmed(const std::vector<std::uint64_t>& fetched) {
    for (const auto serial : fetched) {
        const ContentHash hash = content_hash(provider_.ever_served.at(serial));
        EXPECT_TRUE(collected_.contains(hash)) << "I4: fetched, confirmed and not stored: " << serial;
    }
}

void Ledger::look_at(const mail::MailboxInfo& info, const mail::Mailbox& mailbox) {
    Box& box = boxes_[value_of(info.id)];
    if (box.uidvalidity == 0) box.uidvalidity = info.uidvalidity;
    EXPECT_EQ(box.uidvalidity, info.uidvalidity) << "I6: " << info.name;
    const auto columns = mailbox.columns();
    std::set<Uid> living;
    Uid last = box.last_uid;
    for (mail::Slot slot = 0; slot < mailbox.slot_count(); ++slot) {
        if (!columns.is_alive(slot)) continue;
        const Uid uid = columns.uid[slot];
        living.insert(uid);
        last = std::max(last, uid);
        const Seen now{value_of(columns.message[slot]), columns.internal_date[slot], columns.size[slot]};
        const auto [seen, fresh] = box.ever.emplace(uid, now);
        EXPECT_TRUE(seen->second == now) << "I7: " << info.name << " UID " << uid;
        EXPECT_TRUE(!fresh || uid > box.last_uid) << "I6: " << info.name << " UID " << uid;
        const auto* content = content_of(columns.message[slot]);
        if (content != nullptr) {
            EXPECT_EQ(sizes_[*content], now.size) << "I7: size of UID " << uid;
        }
    }
    const bool removed = std::any_of(box.living.begin(), box.living.end(),
                                     [&living](Uid uid) { return !living.contains(uid); });
    EXPECT_TRUE(!removed || info.highest_modseq > box.modseq) << "I9: " << info.name;
    EXPECT_GE(info.highest_modseq, box.modseq) << "I9: " << info.name;
    box.modseq = info.highest_modseq;
    box.last_uid = last;
    box.living = std::move(living);
}

void Ledger::look_for_losses(const std::set<MessageId>& living,
                             const std::vector<MessageId>& recoverable) const {
    std::set<ContentHash> here;
    for (const auto message : living) {
        if (const auto* content = content_of(message)) here.insert(*content);
    }
    for (const auto message : recoverable) {
        if (const auto* content = content_of(message)) here.insert(*content);
    }
    for (const auto& [serial, text] : provider_.ever_served) {
        if (here.contains(content_hash(text)) || provider_.removed_by_others.contains(serial)) continue;
        const auto same = [serial = serial](const auto& m) { return m.serial == serial; };
        const bool there = std::any_of(provider_.maildrop.begin(), provider_.maildrop.end(), same) ||
                           std::any_of(provider_.away.begin(), provider_.away.end(), same);
        EXPECT_TRUE(there) << "I1: message " << serial << " is lost";
    }
    for (const auto& entry : collected_) {
        EXPECT_TRUE(here.contains(entry.first)) << "I1: a message that was here is lost";
    }
}

}  // namespace postern::gateway::test
