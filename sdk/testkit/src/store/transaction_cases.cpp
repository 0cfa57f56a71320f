// Transactions: UIDs, modseqs, counters, all or nothing, batches, preconditions.
#include "store/store_case.hpp"

namespace postern::testkit {

using namespace store;

namespace {

constexpr AccountId account = StoreCase::account;
constexpr MailboxId inbox = StoreCase::inbox;

void uids_and_modseqs_follow_each_other(StoreCase& test) {
    test.add_inbox();
    const auto first = must(test.commit(Change(account).change(inbox, "a", 3).change(inbox, "b", 2)));
    EXPECT_EQ(first.first_modseq, 2u);
    EXPECT_EQ(first.last_modseq, 3u);
    EXPECT_EQ(first.first_uids, (std::vector<Uid>{1, 4}));
    const auto second = must(test.commit(Change(account).change(inbox, "flags").change(inbox, "c", 1)));
    EXPECT_EQ(second.first_modseq, 4u);
    EXPECT_EQ(second.first_uids, (std::vector<Uid>{0, 6}));
    EXPECT_EQ(test.mailbox().uidnext, 7u);
    EXPECT_EQ(test.mailbox().highest_modseq, 5u);
    const auto rows = must(test.session().read_changes(account, 1, 100));
    ASSERT_EQ(rows.size(), 4u);
    EXPECT_EQ(rows[0].first_uid, 1u);
    EXPECT_EQ(rows[1].first_uid, 4u);
    EXPECT_EQ(rows[2].first_uid, 0u);
    EXPECT_EQ(rows[3].first_uid, 6u);
}

void counters_are_kept(StoreCase& test) {
    test.add_inbox();
    must(test.commit(Change(account).change(inbox, "a", 3, {3, 2, 1, 300})));
    must(test.commit(Change(account).change(inbox, "b", 0, {-1, 1, -1, -100})));
    const auto row = test.mailbox();
    EXPECT_EQ(row.total, 2u);
    EXPECT_EQ(row.unseen, 3u);
    EXPECT_EQ(row.deleted, 0u);
    EXPECT_EQ(row.bytes, 200u);
    EXPECT_EQ(test.row().used_count, 2u);
    EXPECT_EQ(test.row().used_bytes, 200u);
    expect_error(test.commit(Change(account).change(inbox, "c", 0, {-3, 0, 0, 0})), Errc::invalid);
    expect_error(test.commit(Change(account).change(inbox, "c", 0, {0, 0, -1, 0})), Errc::invalid);
    EXPECT_EQ(test.row().change_seq, 3u);
}

void account_level_change_has_no_counters(StoreCase& test) {
    test.add_inbox();
    const auto result = must(test.commit(Change(account).change(MailboxId{}, "settings")));
    EXPECT_EQ(result.first_uids, std::vector<Uid>{0});
    EXPECT_EQ(test.mailbox().highest_modseq, 1u);
    EXPECT_EQ(test.row().change_seq, 2u);
    expect_error(test.commit(Change(account).change(MailboxId{}, "x", 1)), Errc::invalid);
    expect_error(test.commit(Change(account).change(MailboxId{}, "x", 0, {1, 0, 0, 0})), Errc::invalid);
    EXPECT_EQ(test.row().change_seq, 2u);
}

void ids_end_at_63_bits(StoreCase& test) {
    test.add_inbox();
    const MessageId largest{max_id};
    must(test.commit(Change(account).deliver(inbox, MessageId{1}, 1).deliver(inbox, largest, 1)));
    EXPECT_EQ(test.message(largest)->id, largest);
    expect_error(test.commit(Change(account).deliver(inbox, MessageId{max_id + 1}, 1)), Errc::invalid);
    expect_error(test.commit(Change(account).create(MailboxId{max_id + 1}, "x", 101)), Errc::invalid);
    EXPECT_EQ(test.mailbox().total, 2u);
}

void uids_end_at_32_bits(StoreCase& test) {
    test.add_inbox();
    must(test.commit(Change(account).change(inbox, "most", 4'294'967'290)));
    expect_error(test.commit(Change(account).change(inbox, "too many", 10)), Errc::invalid);
    const auto last = must(test.commit(Change(account).change(inbox, "some", 3)));
    EXPECT_EQ(last.first_uids, std::vector<Uid>{4'294'967'291});
}

void expected_seq_decides(StoreCase& test) {
    test.add_inbox();
    must(test.commit(Change(account).expect(1).change(inbox, "mine")));
    expect_error(test.commit(Change(account).expect(1).deliver(inbox, MessageId{5}, 5)), Errc::conflict);
    expect_error(test.commit(Change(account).expect(9).change(inbox, "ahead")), Errc::conflict);
    EXPECT_EQ(test.row().change_seq, 2u);
    EXPECT_FALSE(test.message(MessageId{5}));
    expect_error(test.session().read_content(account, hash_of(5), 0, 1), Errc::not_found);
    must(test.commit(Change(account).expect(2).change(inbox, "again")));
    EXPECT_EQ(test.row().change_seq, 3u);
}

void transaction_without_rows_takes_no_modseq(StoreCase& test) {
    test.add_inbox();
    Change change(account);
    change.value.attributes.push_back({{MailboxId{}, "/private/x", "1"}, false});
    const auto result = must(test.commit(change));
    EXPECT_EQ(result.first_modseq, 2u);
    EXPECT_EQ(result.last_modseq, 1u);
    EXPECT_EQ(test.row().change_seq, 1u);
}

void failure_undoes_the_whole_transaction(StoreCase& test) {
    test.add_inbox();
    test.add_source();
    Receipt receipt;
    receipt.source = StoreCase::source;
    receipt.uidl = "u1";
    Change change(account);
    change.create(MailboxId{12}, "New", 200).subscribe("New").deliver(inbox, MessageId{1}, 1);
    change.receipt(receipt);
    change.value.attributes.push_back({{MailboxId{}, "/private/x", "1"}, false});
    change.value.scripts.push_back({ScriptWrite::Kind::put, "main", "keep;", ""});
    change.value.scripts.push_back({ScriptWrite::Kind::activate, "missing", "", ""});
    expect_error(test.commit(change), Errc::not_found);

    const auto view = must(test.session().load_account(account));
    EXPECT_EQ(view.mailboxes.size(), 1u);
    EXPECT_TRUE(view.subscriptions.empty());
    EXPECT_EQ(view.account.change_seq, 1u);
    EXPECT_EQ(view.account.used_count, 0u);
    EXPECT_EQ(test.mailbox().uidnext, 1u);
    EXPECT_FALSE(test.message(MessageId{1}));
    expect_error(test.session().read_content(account, hash_of(1), 0, 1), Errc::not_found);
    EXPECT_FALSE(test.receipt("u1"));
    EXPECT_TRUE(must(test.session().read_attributes(account, std::nullopt, "")).empty());
    EXPECT_TRUE(must(test.session().read_scripts(account)).empty());
    EXPECT_EQ(must(test.session().read_changes(account, 0, 10)).size(), 1u);
}

void one_failing_in_a_batch_hurts_no_other(StoreCase& test) {
    test.add_inbox();
    test.add_inbox(AccountId{3}, "ben");
    std::vector<Transaction> batch;
    batch.push_back(Change(account).deliver(inbox, MessageId{1}, 1).value);
    batch.push_back(Change(AccountId{3}).deliver(inbox, MessageId{1}, 1).value);
    batch.push_back(Change(account).deliver(inbox, MessageId{2}, 2).change(MailboxId{99}, "gone").value);
    batch.push_back(Change(account).deliver(inbox, MessageId{3}, 3).value);
    batch.push_back(Change(account).expect(1).change(inbox, "late").value);
    batch.push_back(Change(AccountId{999}).change(MailboxId{}, "nobody").value);
    batch.push_back(Change(account).deliver(inbox, MessageId{1}, 1).value);  // the id is taken
    batch.push_back(Change(account).expect(3).change(inbox, "flags").value);
    const auto results = test.session().commit(batch);
    ASSERT_EQ(results.size(), batch.size());
    ASSERT_TRUE(results[0]);
    EXPECT_EQ(results[0]->first_uids, std::vector<Uid>{1});
    EXPECT_EQ(results[0]->first_modseq, 2u);
    ASSERT_TRUE(results[1]);
    EXPECT_EQ(results[1]->first_uids, std::vector<Uid>{1});
    expect_error(results[2], Errc::not_found);
    ASSERT_TRUE(results[3]);
    EXPECT_EQ(results[3]->first_uids, std::vector<Uid>{2});  // the failed one took none
    EXPECT_EQ(results[3]->first_modseq, 3u);
    expect_error(results[4], Errc::conflict);
    expect_error(results[5], Errc::not_found);
    expect_error(results[6], Errc::already_exists);
    ASSERT_TRUE(results[7]);
    EXPECT_EQ(results[7]->last_modseq, 4u);
    EXPECT_TRUE(test.message(MessageId{1}));
    EXPECT_FALSE(test.message(MessageId{2}));
    EXPECT_TRUE(test.message(MessageId{3}));
    EXPECT_EQ(test.mailbox().total, 2u);
    EXPECT_TRUE(must(test.session().verify(account)).empty());
    EXPECT_TRUE(must(test.session().verify(AccountId{3})).empty());
}

void batch_of_only_failures_changes_nothing(StoreCase& test) {
    test.add_inbox();
    std::vector<Transaction> batch(3, Change(account).expect(77).change(inbox, "x").value);
    for (const auto& result : test.session().commit(batch)) expect_error(result, Errc::conflict);
    EXPECT_EQ(test.row().change_seq, 1u);
    EXPECT_TRUE(test.session().commit({}).empty());
}

void non_durable_changes_are_seen_at_once(StoreCase& test) {
    test.add_inbox();
    Change change(account);
    change.change(inbox, "flags", 0, {});
    change.value.durable = false;
    const auto other = test.connect();
    for (Modseq seq = 2; seq < 12; ++seq) {
        EXPECT_EQ(must(test.commit(change)).last_modseq, seq);
        EXPECT_EQ(must(other->get_account(account)).change_seq, seq);
    }
    test.reopen();
    EXPECT_EQ(test.row().change_seq, 11u);
}

void change_data_is_any_octets(StoreCase& test) {
    test.add_inbox();
    std::string octets;
    for (int i = 0; i < 1'024; ++i) octets.push_back(static_cast<char>(i));
    must(test.commit(Change(account).change(inbox, octets).change(inbox, "")));
    const auto rows = must(test.session().read_changes(account, 1, 10));
    ASSERT_EQ(rows.size(), 2u);
    EXPECT_EQ(rows[0].data, octets);
    EXPECT_EQ(rows[1].data, "");
}

constexpr Case cases[] = {
    {"UidsAndModseqsFollowEachOther", uids_and_modseqs_follow_each_other},
    {"CountersAreKept", counters_are_kept},
    {"AccountLevelChangeHasNoCounters", account_level_change_has_no_counters},
    {"UidsEndAt32Bits", uids_end_at_32_bits},
    {"IdsEndAt63Bits", ids_end_at_63_bits},
    {"ExpectedSeqDecides", expected_seq_decides},
    {"TransactionWithoutRowsTakesNoModseq", transaction_without_rows_takes_no_modseq},
    {"FailureUndoesTheWholeTransaction", failure_undoes_the_whole_transaction},
    {"OneFailingInABatchHurtsNoOther", one_failing_in_a_batch_hurts_no_other},
    {"BatchOfOnlyFailuresChangesNothing", batch_of_only_failures_changes_nothing},
    {"NonDurableChangesAreSeenAtOnce", non_durable_changes_are_seen_at_once},
    {"ChangeDataIsAnyOctets", change_data_is_any_octets},
};

}  // namespace

std::span<const Case> transaction_cases() {
    return cases;
}

}  // namespace postern::testkit
