// Receipts: preconditions, the last copy, restoring (gateway.md 2.2, 2.3).
#include "store/store_case.hpp"

namespace postern::testkit {

using namespace store;

namespace {

constexpr AccountId account = StoreCase::account;
constexpr MailboxId inbox = StoreCase::inbox;

Receipt listed(std::string uidl) {
    Receipt receipt;
    receipt.source = StoreCase::source;
    receipt.uidl = std::move(uidl);
    receipt.state = ReceiptState::listed;
    return receipt;
}

Receipt stored(std::string uidl, MessageId message) {
    Receipt receipt = listed(std::move(uidl));
    receipt.state = ReceiptState::stored;
    receipt.message = message;
    receipt.stored_at = 900;
    return receipt;
}

/// Message `id` in INBOX with a stored receipt.
void collect(StoreCase& test, std::uint64_t id, const std::string& uidl) {
    must(test.commit(Change(account).deliver(inbox, MessageId{id}, id).receipt(stored(uidl, MessageId{id}))));
}

Change expunge(std::uint64_t id, LastCopy rule, UnixTime now = 1'000) {
    Change change(account, now);
    change.change(inbox, "expunged", 0, {-1, -1, 0, -1'000}).reference(MessageId{id}, -1);
    change.value.last_copy = rule;
    return change;
}

void receipt_comes_back_whole(StoreCase& test) {
    test.add_inbox();
    test.add_source();
    Receipt receipt;
    receipt.source = StoreCase::source;
    receipt.epoch = 3;
    receipt.uidl = "uidl\xff\xfe \x01";
    receipt.occurrence = 2;
    receipt.state = ReceiptState::suspect;
    receipt.message = MessageId{77};
    receipt.size_listed = 5'000'000'000;
    receipt.header_fingerprint = std::string(32, '\0');
    receipt.first_seen = 1;
    receipt.last_seen = 2;
    receipt.missing_count = 3;
    receipt.missing_since = 4;
    receipt.stored_at = 5;
    receipt.delete_reason = static_cast<std::uint8_t>(DeleteReason::retention);
    receipt.delete_since = 6;
    receipt.delete_attempts = 7;
    receipt.fail_count = 8;
    receipt.next_try = 9;
    receipt.last_error = "-ERR \xe9";
    must(test.commit(Change(account).receipt(receipt)));
    const auto rows = must(test.session().read_receipts(account, StoreCase::source, any_receipt_state));
    ASSERT_EQ(rows.size(), 1u);
    const Receipt& row = rows[0];
    EXPECT_EQ(row.source, receipt.source);
    EXPECT_EQ(row.epoch, 3u);
    EXPECT_EQ(row.uidl, receipt.uidl);
    EXPECT_EQ(row.occurrence, 2u);
    EXPECT_EQ(row.state, ReceiptState::suspect);
    EXPECT_EQ(row.message, MessageId{77});
    EXPECT_EQ(row.size_listed, 5'000'000'000u);
    EXPECT_EQ(row.header_fingerprint, receipt.header_fingerprint);
    EXPECT_EQ(row.first_seen, 1);
    EXPECT_EQ(row.last_seen, 2);
    EXPECT_EQ(row.missing_count, 3u);
    EXPECT_EQ(row.missing_since, 4);
    EXPECT_EQ(row.stored_at, 5);
    EXPECT_EQ(row.delete_reason, receipt.delete_reason);
    EXPECT_EQ(row.delete_since, 6);
    EXPECT_EQ(row.delete_attempts, 7u);
    EXPECT_EQ(row.fail_count, 8u);
    EXPECT_EQ(row.next_try, 9);
    EXPECT_EQ(row.last_error, receipt.last_error);
}

void receipts_are_told_apart_and_filtered(StoreCase& test) {
    test.add_inbox();
    test.add_source();
    Change change(account);
    for (std::uint32_t epoch = 0; epoch < 2; ++epoch) {
        for (std::uint32_t occurrence = 0; occurrence < 2; ++occurrence) {
            Receipt receipt = listed("same");
            receipt.epoch = epoch;
            receipt.occurrence = occurrence;
            receipt.state = epoch == 0 ? ReceiptState::rebound : ReceiptState::listed;
            change.receipt(receipt);
        }
    }
    must(test.commit(change));
    auto& session = test.session();
    EXPECT_EQ(must(session.read_receipts(account, StoreCase::source, any_receipt_state)).size(), 4u);
    EXPECT_EQ(must(session.read_receipts(account, StoreCase::source, bit(ReceiptState::listed))).size(), 2u);
    EXPECT_EQ(must(session.read_receipts(account, StoreCase::source,
                                         bit(ReceiptState::listed) | bit(ReceiptState::rebound)))
                  .size(),
              4u);
    EXPECT_TRUE(must(session.read_receipts(account, StoreCase::source, bit(ReceiptState::stored))).empty());
    EXPECT_TRUE(must(session.read_receipts(account, SourceId{99}, any_receipt_state)).empty());
    expect_error(test.commit([] {
        Change other(account);
        Receipt receipt = listed("x");
        receipt.source = SourceId{99};
        return other.receipt(receipt);
    }()),
                 Errc::not_found);
}

void unknown_outcome_is_settled_by_the_precondition(StoreCase& test) {
    test.add_inbox();
    test.add_source();
    must(test.commit(Change(account).receipt(listed("u1"), bit(ReceiptState::none))));
    expect_error(test.commit(Change(account).receipt(listed("u1"), bit(ReceiptState::none))), Errc::conflict);

    // The same collection twice, as after a COMMIT without an answer: the second changes nothing.
    const auto from = static_cast<ReceiptStates>(bit(ReceiptState::none) | bit(ReceiptState::listed));
    must(test.commit(
        Change(account).deliver(inbox, MessageId{1}, 1).receipt(stored("u1", MessageId{1}), from)));
    expect_error(
        test.commit(
            Change(account).deliver(inbox, MessageId{2}, 1).receipt(stored("u1", MessageId{2}), from)),
        Errc::conflict);
    EXPECT_EQ(test.mailbox().total, 1u);
    EXPECT_EQ(test.mailbox().uidnext, 2u);
    EXPECT_FALSE(test.message(MessageId{2}));
    EXPECT_EQ(test.receipt("u1")->message, MessageId{1});
    // A state that needs a row is not met by none.
    expect_error(test.commit(Change(account).receipt(listed("u2"), bit(ReceiptState::listed))),
                 Errc::conflict);
    EXPECT_FALSE(test.receipt("u2"));
}

void preconditions_of_one_batch_see_each_other(StoreCase& test) {
    test.add_inbox();
    test.add_source();
    std::vector<Transaction> batch;
    for (std::uint64_t i = 1; i <= 2; ++i) {
        batch.push_back(Change(account)
                            .deliver(inbox, MessageId{i}, i)
                            .receipt(stored("u1", MessageId{i}), bit(ReceiptState::none))
                            .value);
    }
    batch.push_back(Change(account).deliver(inbox, MessageId{3}, 3).value);
    const auto results = test.session().commit(batch);
    EXPECT_TRUE(results[0]);
    expect_error(results[1], Errc::conflict);
    ASSERT_TRUE(results[2]);
    EXPECT_EQ(results[2]->first_uids, std::vector<Uid>{2});
    EXPECT_EQ(test.mailbox().total, 2u);
}

void last_copy_wants_the_remote_deletion(StoreCase& test) {
    test.add_inbox();
    test.add_source();
    collect(test, 1, "u1");
    must(
        test.commit(Change(account).change(inbox, "copied", 1, {1, 1, 0, 1'000}).reference(MessageId{1}, 1)));
    must(test.commit(expunge(1, LastCopy::delete_remote)));
    EXPECT_EQ(test.receipt("u1")->state, ReceiptState::stored);  // a copy lives
    must(test.commit(expunge(1, LastCopy::delete_remote, 1'234)));
    const auto receipt = test.receipt("u1");
    EXPECT_EQ(receipt->state, ReceiptState::delete_wanted);
    EXPECT_EQ(receipt->delete_reason, static_cast<std::uint8_t>(DeleteReason::last_copy));
    EXPECT_EQ(receipt->delete_since, 1'234);
    EXPECT_EQ(receipt->message, MessageId{1});
}

void last_copy_rule_touches_only_what_it_may(StoreCase& test) {
    test.add_inbox();
    test.add_source();
    collect(test, 1, "kept");
    must(test.commit(expunge(1, LastCopy::keep_remote)));
    EXPECT_EQ(test.receipt("kept")->state, ReceiptState::stored);

    collect(test, 2, "suspect");
    Receipt receipt = stored("suspect", MessageId{2});
    receipt.state = ReceiptState::suspect;
    must(test.commit(Change(account).receipt(receipt)));
    must(test.commit(expunge(2, LastCopy::delete_remote)));
    EXPECT_EQ(test.receipt("suspect")->state, ReceiptState::delete_wanted);

    for (const auto state : {ReceiptState::vanished, ReceiptState::expired, ReceiptState::delete_sent,
                             ReceiptState::delete_done, ReceiptState::rebound}) {
        const auto id = 10 + static_cast<std::uint64_t>(state);
        const std::string uidl = "s" + std::to_string(id);
        collect(test, id, uidl);
        receipt = stored(uidl, MessageId{id});
        receipt.state = state;
        must(test.commit(Change(account).receipt(receipt)));
        must(test.commit(expunge(id, LastCopy::delete_remote)));
        EXPECT_EQ(test.receipt(uidl)->state, state);
    }
}

void restoring_cancels_the_deletion(StoreCase& test) {
    test.add_inbox();
    test.add_source();
    collect(test, 1, "wanted");
    collect(test, 2, "sent");
    must(test.commit(expunge(1, LastCopy::delete_remote)));
    must(test.commit(expunge(2, LastCopy::delete_remote)));
    Receipt sent = *test.receipt("sent");
    sent.state = ReceiptState::delete_sent;
    must(test.commit(Change(account).receipt(sent, bit(ReceiptState::delete_wanted))));
    must(test.commit(Change(account)
                         .change(inbox, "restored", 2, {2, 2, 0, 2'000})
                         .reference(MessageId{1}, 1)
                         .reference(MessageId{2}, 1)));
    EXPECT_EQ(test.receipt("wanted")->state, ReceiptState::stored);  // T5
    EXPECT_EQ(test.receipt("wanted")->delete_reason, 0u);
    EXPECT_EQ(test.receipt("sent")->state, ReceiptState::delete_sent);  // T19 waits for the next listing
    EXPECT_TRUE(must(test.session().verify(account)).empty());
}

void a_move_is_no_last_copy(StoreCase& test) {
    test.add_inbox();
    test.add_source();
    must(test.commit(Change(account).create(MailboxId{12}, "Archive", 101)));
    collect(test, 1, "u1");
    Change move(account);
    move.change(MailboxId{12}, "moved", 1, {1, 1, 0, 1'000})
        .change(inbox, "expunged", 0, {-1, -1, 0, -1'000});
    move.reference(MessageId{1}, -1).reference(MessageId{1}, 1);
    move.value.last_copy = LastCopy::delete_remote;
    EXPECT_TRUE(must(test.commit(move)).unreferenced.empty());
    EXPECT_EQ(test.receipt("u1")->state, ReceiptState::stored);
    EXPECT_EQ(test.message(MessageId{1})->references, 1);
    EXPECT_TRUE(must(test.session().verify(account)).empty());
}

void receipts_are_applied_after_references(StoreCase& test) {
    test.add_inbox();
    test.add_source();
    collect(test, 1, "u1");
    // A vanish transaction removes the placement and settles the receipt itself.
    Change change = expunge(1, LastCopy::delete_remote);
    Receipt receipt = *test.receipt("u1");
    receipt.state = ReceiptState::vanished;
    change.receipt(receipt, bit(ReceiptState::delete_wanted));
    must(test.commit(change));
    EXPECT_EQ(test.receipt("u1")->state, ReceiptState::vanished);
}

void a_receipt_occurs_once_in_a_transaction(StoreCase& test) {
    test.add_inbox();
    test.add_source();
    Receipt other = listed("u1");
    other.epoch = 1;
    must(test.commit(Change(account).receipt(listed("u1")).receipt(listed("u2")).receipt(other)));
    Change twice(account);
    twice.deliver(inbox, MessageId{1}, 1).receipt(stored("u1", MessageId{1}));
    twice.receipt(listed("u2")).receipt(listed("u1"));
    expect_error(test.commit(twice), Errc::invalid);
    EXPECT_EQ(test.mailbox().total, 0u);
    // Nor does it harm those it is committed with.
    const std::vector<Transaction> batch{Change(account).deliver(inbox, MessageId{2}, 2).value, twice.value,
                                         Change(account).deliver(inbox, MessageId{3}, 3).value};
    const auto results = test.session().commit(batch);
    EXPECT_TRUE(results[0]);
    expect_error(results[1], Errc::invalid);
    EXPECT_TRUE(results[2]);
    EXPECT_EQ(test.mailbox().total, 2u);
}

void old_history_is_purged(StoreCase& test) {
    test.add_inbox();
    test.add_source();
    std::uint32_t number = 0;
    for (const auto state :
         {ReceiptState::listed, ReceiptState::deferred, ReceiptState::stored, ReceiptState::delete_wanted,
          ReceiptState::delete_sent, ReceiptState::delete_done, ReceiptState::suspect, ReceiptState::vanished,
          ReceiptState::expired, ReceiptState::rebound}) {
        for (const UnixTime seen : {100, 200}) {
            Receipt receipt = listed("u" + std::to_string(number++));
            receipt.state = state;
            receipt.last_seen = seen;
            must(test.commit(Change(account).receipt(receipt)));
        }
    }
    auto& session = test.session();
    EXPECT_EQ(must(session.purge_receipts(100, 100)), 0u);
    EXPECT_EQ(must(session.purge_receipts(200, 3)), 3u);
    EXPECT_EQ(must(session.purge_receipts(200, 3)), 1u);
    EXPECT_EQ(must(session.purge_receipts(200, 3)), 0u);
    const auto rest = must(session.read_receipts(account, StoreCase::source, any_receipt_state));
    EXPECT_EQ(rest.size(), 16u);
    for (const Receipt& receipt : rest) {
        EXPECT_TRUE(receipt.last_seen == 200 || (bit(receipt.state) & receipt_history) == 0) << receipt.uidl;
    }
}

constexpr Case cases[] = {
    {"ReceiptComesBackWhole", receipt_comes_back_whole},
    {"ReceiptsAreToldApartAndFiltered", receipts_are_told_apart_and_filtered},
    {"UnknownOutcomeIsSettledByThePrecondition", unknown_outcome_is_settled_by_the_precondition},
    {"PreconditionsOfOneBatchSeeEachOther", preconditions_of_one_batch_see_each_other},
    {"LastCopyWantsTheRemoteDeletion", last_copy_wants_the_remote_deletion},
    {"LastCopyRuleTouchesOnlyWhatItMay", last_copy_rule_touches_only_what_it_may},
    {"RestoringCancelsTheDeletion", restoring_cancels_the_deletion},
    {"AMoveIsNoLastCopy", a_move_is_no_last_copy},
    {"ReceiptsAreAppliedAfterReferences", receipts_are_applied_after_references},
    {"AReceiptOccursOnceInATransaction", a_receipt_occurs_once_in_a_transaction},
    {"OldHistoryIsPurged", old_history_is_purged},
};

}  // namespace

std::span<const Case> receipt_cases() {
    return cases;
}

}  // namespace postern::testkit
