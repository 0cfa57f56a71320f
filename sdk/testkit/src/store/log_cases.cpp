// The log, the snapshots and their pruning.
#include "store/store_case.hpp"

namespace postern::testkit {

using namespace store;

namespace {

constexpr AccountId account = StoreCase::account;
constexpr MailboxId inbox = StoreCase::inbox;
constexpr MailboxId other{12};

std::vector<Modseq> modseqs(const std::vector<ChangeRow>& rows) {
    std::vector<Modseq> out;
    for (const auto& row : rows) out.push_back(row.modseq);
    return out;
}

/// INBOX gets the odd and `other` the even modseqs from 3 to 12.
void fill(StoreCase& test) {
    test.add_inbox();
    must(test.commit(Change(account).create(other, "Other", 101)));
    for (int i = 0; i < 5; ++i)
        must(test.commit(Change(account).change(inbox, "i", 1).change(other, "o", 1)));
}

void changes_are_read_from_anywhere(StoreCase& test) {
    fill(test);
    EXPECT_EQ(modseqs(must(test.session().read_changes(account, 8, 100))),
              (std::vector<Modseq>{9, 10, 11, 12}));
    EXPECT_EQ(modseqs(must(test.session().read_changes(account, 8, 2))), (std::vector<Modseq>{9, 10}));
    EXPECT_TRUE(must(test.session().read_changes(account, 12, 10)).empty());
    const auto rows = must(test.session().read_changes(account, 10, 10));
    EXPECT_EQ(rows[0].mailbox, inbox);
    EXPECT_EQ(rows[1].mailbox, other);
}

void load_gives_the_tail(StoreCase& test) {
    fill(test);
    const auto load = must(test.session().load_mailbox(account, inbox));
    EXPECT_EQ(load.snapshot, "");
    EXPECT_EQ(load.snapshot_modseq, 0u);
    EXPECT_EQ(load.change_seq, 12u);
    EXPECT_EQ(modseqs(load.tail), (std::vector<Modseq>{1, 3, 5, 7, 9, 11}));
    EXPECT_EQ(load.tail[2].first_uid, 2u);
    EXPECT_EQ(load.tail[2].mailbox, inbox);
    expect_error(test.session().load_mailbox(account, MailboxId{99}), Errc::not_found);
}

void snapshot_shortens_the_tail(StoreCase& test) {
    fill(test);
    const std::string packed = "packed" + std::string(100'000, '\0') + "\xff";
    must(test.session().put_snapshot(account, inbox, 7, packed, 0));
    auto load = must(test.session().load_mailbox(account, inbox));
    EXPECT_TRUE(load.snapshot == packed);
    EXPECT_EQ(load.snapshot_modseq, 7u);
    EXPECT_EQ(load.mailbox.snapshot_modseq, 7u);
    EXPECT_EQ(modseqs(load.tail), (std::vector<Modseq>{9, 11}));
    // Nothing was pruned.
    EXPECT_EQ(must(test.session().read_changes(account, 0, 100)).size(), 12u);

    must(test.session().put_snapshot(account, inbox, 5, "older", 0));
    load = must(test.session().load_mailbox(account, inbox));
    EXPECT_EQ(load.snapshot_modseq, 7u);
    EXPECT_TRUE(load.snapshot == packed);
    must(test.session().put_snapshot(account, inbox, 11, "newer", 0));
    load = must(test.session().load_mailbox(account, inbox));
    EXPECT_EQ(load.snapshot, "newer");
    EXPECT_TRUE(load.tail.empty());
    expect_error(test.session().put_snapshot(account, MailboxId{99}, 5, "x", 0), Errc::not_found);
}

void pruning_spares_what_the_snapshot_lacks(StoreCase& test) {
    fill(test);
    must(test.session().put_snapshot(account, inbox, 7, "packed", 5));
    EXPECT_EQ(modseqs(must(test.session().read_changes(account, 0, 100))),
              (std::vector<Modseq>{2, 4, 6, 7, 8, 9, 10, 11, 12}));
    must(test.session().put_snapshot(account, inbox, 7, "packed", 100));
    EXPECT_EQ(modseqs(must(test.session().read_changes(account, 0, 100))),
              (std::vector<Modseq>{2, 4, 6, 8, 9, 10, 11, 12}));
    // An older snapshot that comes late prunes no more than the one in place allows.
    must(test.session().put_snapshot(account, inbox, 9, "packed", 0));
    must(test.session().put_snapshot(account, inbox, 7, "late", 7));
    EXPECT_EQ(must(test.session().load_mailbox(account, inbox)).snapshot, "packed");
    EXPECT_EQ(modseqs(must(test.session().load_mailbox(account, inbox)).tail), (std::vector<Modseq>{11}));
    EXPECT_TRUE(must(test.session().verify(account)).empty());
}

void account_level_and_deleted_rows_are_pruned_through_mailbox_0(StoreCase& test) {
    fill(test);
    must(test.commit(Change(account).subscribe("x").change(MailboxId{}, "account")));  // 13, 14
    must(test.commit(Change(account).erase(other)));                                   // 15
    must(test.commit(Change(account).subscribe("y")));                                 // 16
    must(test.session().put_snapshot(account, MailboxId{}, 0, "", 15));
    EXPECT_EQ(modseqs(must(test.session().read_changes(account, 0, 100))),
              (std::vector<Modseq>{1, 3, 5, 7, 9, 11, 16}));
}

constexpr Case cases[] = {
    {"ChangesAreReadFromAnywhere", changes_are_read_from_anywhere},
    {"LoadGivesTheTail", load_gives_the_tail},
    {"SnapshotShortensTheTail", snapshot_shortens_the_tail},
    {"PruningSparesWhatTheSnapshotLacks", pruning_spares_what_the_snapshot_lacks},
    {"AccountLevelAndDeletedRowsArePrunedThroughMailbox0",
     account_level_and_deleted_rows_are_pruned_through_mailbox_0},
};

}  // namespace

std::span<const Case> log_cases() {
    return cases;
}

}  // namespace postern::testkit
