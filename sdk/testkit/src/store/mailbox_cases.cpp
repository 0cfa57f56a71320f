// The mailbox tree: create, rename, delete, names, UIDVALIDITY, subscriptions, special use.
#include "store/store_case.hpp"

namespace postern::testkit {

using namespace store;

namespace {

constexpr AccountId account = StoreCase::account;

std::vector<std::string> names(StoreCase& test) {
    std::vector<std::string> out;
    for (const auto& row : must(test.session().load_account(account)).mailboxes) out.push_back(row.name);
    return out;
}

void created_mailbox_is_listed(StoreCase& test) {
    test.add_account();
    Change change(account);
    change.value.creates.push_back(
        {MailboxId{1}, "Arch\xc3\xa4ologie/\xe2\x98\x83", 42, "\\Archive", "made"});
    const auto result = must(test.commit(change));
    EXPECT_EQ(result.first_modseq, 1u);
    EXPECT_EQ(result.last_modseq, 1u);
    const auto view = must(test.session().load_account(account));
    ASSERT_EQ(view.mailboxes.size(), 1u);
    const MailboxRow& row = view.mailboxes[0];
    EXPECT_EQ(row.id, MailboxId{1});
    EXPECT_EQ(row.name, "Arch\xc3\xa4ologie/\xe2\x98\x83");
    EXPECT_EQ(row.uidvalidity, 42u);
    EXPECT_EQ(row.uidnext, 1u);
    EXPECT_EQ(row.special_use, "\\Archive");
    EXPECT_EQ(row.created_modseq, 1u);
    EXPECT_EQ(row.highest_modseq, 1u);
    EXPECT_EQ(row.total, 0u);
    EXPECT_EQ(view.highest_uidvalidity, 42u);
    EXPECT_EQ(view.account.change_seq, 1u);
}

void mailboxes_come_in_octet_order(StoreCase& test) {
    test.add_account();
    must(test.commit(Change(account)
                         .create(MailboxId{1}, "b", 1)
                         .create(MailboxId{2}, "INBOX", 2)
                         .create(MailboxId{3}, "a/b", 3)
                         .create(MailboxId{4}, "a", 4)
                         .create(MailboxId{5}, "B", 5)
                         .create(MailboxId{6}, "\xc3\xa4", 6)));
    EXPECT_EQ(names(test), (std::vector<std::string>{"B", "INBOX", "a", "a/b", "b", "\xc3\xa4"}));
}

void taken_name_or_id_is_refused(StoreCase& test) {
    test.add_inbox();
    expect_error(test.commit(Change(account).create(MailboxId{12}, "INBOX", 101)), Errc::already_exists);
    expect_error(test.commit(Change(account).create(StoreCase::inbox, "Other", 101)), Errc::already_exists);
    EXPECT_EQ(test.row().change_seq, 1u);
    EXPECT_EQ(names(test), std::vector<std::string>{"INBOX"});
}

void subtree_is_renamed_in_one_transaction(StoreCase& test) {
    test.add_account();
    must(test.commit(Change(account)
                         .create(MailboxId{1}, "a", 1)
                         .create(MailboxId{2}, "a/b", 2)
                         .create(MailboxId{3}, "a/b/c", 3)
                         .create(MailboxId{4}, "ab", 4)));
    const auto result = must(test.commit(
        Change(account).rename(MailboxId{1}, "z").rename(MailboxId{2}, "z/b").rename(MailboxId{3}, "z/b/c")));
    EXPECT_EQ(result.first_modseq, 5u);
    EXPECT_EQ(result.last_modseq, 7u);
    EXPECT_EQ(names(test), (std::vector<std::string>{"ab", "z", "z/b", "z/b/c"}));
    EXPECT_EQ(test.mailbox(MailboxId{2}).highest_modseq, 6u);
    EXPECT_EQ(test.mailbox(MailboxId{2}).uidvalidity, 2u);

    // The second of these collides: neither happens.
    expect_error(test.commit(Change(account).rename(MailboxId{1}, "y").rename(MailboxId{2}, "ab")),
                 Errc::already_exists);
    EXPECT_EQ(names(test), (std::vector<std::string>{"ab", "z", "z/b", "z/b/c"}));
    expect_error(test.commit(Change(account).rename(MailboxId{77}, "q")), Errc::not_found);
    EXPECT_EQ(test.row().change_seq, 7u);
}

void deleted_name_is_free_and_uidvalidity_is_not(StoreCase& test) {
    test.add_inbox();
    must(test.commit(Change(account).create(MailboxId{1}, "Old", 7)));
    must(test.commit(Change(account).erase(MailboxId{1})));
    EXPECT_EQ(names(test), std::vector<std::string>{"INBOX"});
    expect_error(test.session().load_mailbox(account, MailboxId{1}), Errc::not_found);
    expect_error(test.commit(Change(account).erase(MailboxId{1})), Errc::not_found);
    expect_error(test.commit(Change(account).rename(MailboxId{1}, "x")), Errc::not_found);
    expect_error(test.commit(Change(account).change(MailboxId{1}, "x")), Errc::not_found);
    expect_error(test.commit(Change(account).create(MailboxId{1}, "Old", 8)), Errc::already_exists);

    expect_error(test.commit(Change(account).create(MailboxId{2}, "Old", 7)), Errc::conflict);
    expect_error(test.commit(Change(account).create(MailboxId{2}, "Old", 100)), Errc::conflict);
    EXPECT_EQ(must(test.session().load_account(account)).highest_uidvalidity, 100u);
    must(test.commit(Change(account).create(MailboxId{2}, "Old", 101)));
    EXPECT_EQ(names(test), (std::vector<std::string>{"INBOX", "Old"}));
}

void deleting_takes_the_totals_off_the_usage(StoreCase& test) {
    test.add_inbox();
    must(test.commit(Change(account).create(MailboxId{1}, "Old", 7)));
    must(test.commit(Change(account).deliver(MailboxId{1}, MessageId{1}, 1)));
    must(test.commit(Change(account).deliver(StoreCase::inbox, MessageId{2}, 2)));
    EXPECT_EQ(test.row().used_count, 2u);
    EXPECT_EQ(test.row().used_bytes, 2 * StoreCase::body_size);
    must(test.session().put_snapshot(account, MailboxId{1}, 3, "packed", 0));
    const auto result = must(test.commit(Change(account).erase(MailboxId{1}).reference(MessageId{1}, -1)));
    EXPECT_EQ(result.unreferenced, std::vector<MessageId>{MessageId{1}});
    EXPECT_EQ(test.row().used_count, 1u);
    EXPECT_EQ(test.row().used_bytes, StoreCase::body_size);
    EXPECT_TRUE(must(test.session().verify(account)).empty());
}

void tree_changes_are_in_the_log(StoreCase& test) {
    test.add_account();
    Change change(account);
    change.create(MailboxId{1}, "a", 1).subscribe("a").change(MailboxId{1}, "first");
    change.value.special_uses.push_back({MailboxId{1}, "\\Junk", "use"});
    change.rename(MailboxId{1}, "b");
    must(test.commit(change));
    must(test.commit(Change(account).erase(MailboxId{1})));
    const auto rows = must(test.session().read_changes(account, 0, 100));
    ASSERT_EQ(rows.size(), 6u);
    const std::vector<std::string> data{"create", "rename", "use", "subscribe", "first", "delete"};
    for (std::size_t i = 0; i < rows.size(); ++i) {
        EXPECT_EQ(rows[i].modseq, i + 1);
        EXPECT_EQ(rows[i].data, data[i]);
        EXPECT_EQ(rows[i].mailbox, i == 3 ? MailboxId{} : MailboxId{1});
    }
}

void subscriptions_need_no_mailbox(StoreCase& test) {
    test.add_account();
    must(test.commit(Change(account).subscribe("b").subscribe("a/gone").subscribe("b")));
    EXPECT_EQ(must(test.session().load_account(account)).subscriptions,
              (std::vector<std::string>{"a/gone", "b"}));
    must(test.commit(Change(account).subscribe("b", false).subscribe("never", false)));
    EXPECT_EQ(must(test.session().load_account(account)).subscriptions, std::vector<std::string>{"a/gone"});
}

void special_use_is_replaced(StoreCase& test) {
    test.add_inbox();
    Change change(account);
    change.value.special_uses.push_back({StoreCase::inbox, "\\Sent \\Archive", "use"});
    must(test.commit(change));
    EXPECT_EQ(test.mailbox().special_use, "\\Sent \\Archive");
    change.value.special_uses[0].special_use.clear();
    must(test.commit(change));
    EXPECT_EQ(test.mailbox().special_use, "");
    change.value.special_uses[0].id = MailboxId{99};
    expect_error(test.commit(change), Errc::not_found);
}

void accounts_do_not_see_each_other(StoreCase& test) {
    test.add_inbox();
    test.add_inbox(AccountId{8}, "ben");
    must(test.commit(Change(AccountId{8}).deliver(StoreCase::inbox, MessageId{1}, 1)));
    EXPECT_EQ(test.mailbox().total, 0u);
    EXPECT_EQ(test.row().change_seq, 1u);
    EXPECT_FALSE(test.message(MessageId{1}));
    expect_error(test.session().read_content(account, hash_of(1), 0, 1), Errc::not_found);
    EXPECT_EQ(must(test.session().read_changes(account, 0, 10)).size(), 1u);
}

constexpr Case cases[] = {
    {"CreatedMailboxIsListed", created_mailbox_is_listed},
    {"MailboxesComeInOctetOrder", mailboxes_come_in_octet_order},
    {"TakenNameOrIdIsRefused", taken_name_or_id_is_refused},
    {"SubtreeIsRenamedInOneTransaction", subtree_is_renamed_in_one_transaction},
    {"DeletedNameIsFreeAndUidvalidityIsNot", deleted_name_is_free_and_uidvalidity_is_not},
    {"DeletingTakesTheTotalsOffTheUsage", deleting_takes_the_totals_off_the_usage},
    {"TreeChangesAreInTheLog", tree_changes_are_in_the_log},
    {"SubscriptionsNeedNoMailbox", subscriptions_need_no_mailbox},
    {"SpecialUseIsReplaced", special_use_is_replaced},
    {"AccountsDoNotSeeEachOther", accounts_do_not_see_each_other},
};

}  // namespace

std::span<const Case> mailbox_cases() {
    return cases;
}

}  // namespace postern::testkit
