// Accounts.
#include "postern/store/secret_exchange.hpp"
#include "store/store_case.hpp"

namespace postern::testkit {

using namespace store;

namespace {

void account_is_found_as_created(StoreCase& test) {
    test.add_account();
    const AccountRow by_login = must(test.session().find_account("ann"));
    EXPECT_EQ(by_login.id, StoreCase::account);
    EXPECT_EQ(by_login.secret, "$secret");
    EXPECT_EQ(by_login.settings, "settings");
    EXPECT_EQ(by_login.change_seq, 0u);
    EXPECT_EQ(by_login.used_bytes, 0u);
    EXPECT_EQ(by_login.used_count, 0u);
    EXPECT_EQ(test.row().login, "ann");
}

void login_is_unique(StoreCase& test) {
    test.add_account();
    AccountRow other;
    other.id = AccountId{8};
    other.login = "ann";
    expect_error(test.session().create_account(other), Errc::already_exists);
    other.login = "Ann";  // another octet, another login
    must(test.session().create_account(other));
    EXPECT_EQ(must(test.session().find_account("Ann")).id, AccountId{8});
}

void unknown_account_is_not_found(StoreCase& test) {
    expect_error(test.session().find_account("nobody"), Errc::not_found);
    expect_error(test.session().get_account(AccountId{99}), Errc::not_found);
    expect_error(test.session().load_account(AccountId{99}), Errc::not_found);
    expect_error(test.session().update_account(AccountId{99}, "x", std::nullopt), Errc::not_found);
    expect_error(test.session().delete_account(AccountId{99}), Errc::not_found);
    expect_error(test.commit(Change(AccountId{99}).change(MailboxId{}, "x")), Errc::not_found);
}

void accounts_are_listed_in_pages(StoreCase& test) {
    for (std::uint64_t i = 0; i < 7; ++i) {
        test.add_account(AccountId{100 + i},
                         std::string("user") + static_cast<char>('g' - static_cast<int>(i)));
    }
    std::vector<std::string> seen;
    std::string after;
    for (;;) {
        const auto page = must(test.session().list_accounts(after, 3));
        if (page.empty()) break;
        EXPECT_LE(page.size(), 3u);
        for (const auto& row : page) seen.push_back(row.login);
        after = page.back().login;
    }
    EXPECT_EQ(seen,
              (std::vector<std::string>{"usera", "userb", "userc", "userd", "usere", "userf", "userg"}));
}

void update_changes_what_is_given(StoreCase& test) {
    test.add_account();
    must(test.session().update_account(StoreCase::account, "new secret", std::nullopt));
    EXPECT_EQ(test.row().secret, "new secret");
    EXPECT_EQ(test.row().settings, "settings");
    must(test.session().update_account(StoreCase::account, std::nullopt, std::string("a\0b\xff", 4)));
    EXPECT_EQ(test.row().secret, "new secret");
    EXPECT_EQ(test.row().settings, std::string("a\0b\xff", 4));
}

void secrets_are_exchanged_if_they_are_the_expected(StoreCase& test) {
    auto* exchange = dynamic_cast<SecretExchange*>(&test.session());
    if (exchange == nullptr) return;  // not a part of what every driver must do
    test.add_account();
    expect_error(exchange->exchange_secret(StoreCase::account, "another", "newer"), Errc::conflict);
    expect_error(exchange->exchange_secret(StoreCase::account, "", "newer"), Errc::conflict);
    EXPECT_EQ(test.row().secret, "$secret");
    must(exchange->exchange_secret(StoreCase::account, "$secret", "newer"));
    EXPECT_EQ(test.row().secret, "newer");
    expect_error(exchange->exchange_secret(StoreCase::account, "$secret", "newest"), Errc::conflict);
    EXPECT_EQ(test.row().settings, "settings");
    expect_error(exchange->exchange_secret(AccountId{99}, "", "x"), Errc::not_found);
}

void deleted_account_leaves_nothing(StoreCase& test) {
    test.add_inbox();
    // What opens its remote mailboxes, and the keys that this is under, lie in the rows of its sources.
    SourceRow remote;
    remote.account = StoreCase::account;
    for (const SourceId id : {StoreCase::source, SourceId{value_of(StoreCase::source) + 1}}) {
        remote.id = id;
        remote.sealed_credential = "sealed";
        must(test.session().put_source(remote));
    }
    Receipt receipt;
    receipt.source = StoreCase::source;
    receipt.uidl = "u1";
    must(test.commit(Change(StoreCase::account)
                         .deliver(StoreCase::inbox, MessageId{1}, 1)
                         .subscribe("INBOX")
                         .receipt(receipt)));
    must(test.session().delete_account(StoreCase::account));
    expect_error(test.session().find_account("ann"), Errc::not_found);
    EXPECT_TRUE(must(test.session().list_sources(StoreCase::account)).empty());
    EXPECT_TRUE(must(test.session().due_sources(1'000'000, 10)).empty());

    test.add_account();
    const auto view = must(test.session().load_account(StoreCase::account));
    EXPECT_TRUE(view.mailboxes.empty());
    EXPECT_TRUE(view.subscriptions.empty());
    EXPECT_EQ(view.account.change_seq, 0u);
    EXPECT_TRUE(must(test.session().read_changes(StoreCase::account, 0, 100)).empty());
    EXPECT_FALSE(test.message(MessageId{1}));
    expect_error(test.session().read_content(StoreCase::account, hash_of(1), 0, 1), Errc::not_found);
    EXPECT_TRUE(must(test.session().list_sources(StoreCase::account)).empty());
    EXPECT_FALSE(test.receipt("u1"));
}

void everything_is_there_after_reopening(StoreCase& test) {
    test.add_inbox();
    must(test.commit(Change(StoreCase::account).deliver(StoreCase::inbox, MessageId{1}, 1, "the body")));
    must(test.session().put_snapshot(StoreCase::account, StoreCase::inbox, 2, "packed", 0));
    test.reopen();
    EXPECT_EQ(test.row().change_seq, 2u);
    EXPECT_EQ(test.row().used_count, 1u);
    const auto load = must(test.session().load_mailbox(StoreCase::account, StoreCase::inbox));
    EXPECT_EQ(load.snapshot, "packed");
    EXPECT_EQ(load.mailbox.uidnext, 2u);
    EXPECT_EQ(load.mailbox.total, 1u);
    ASSERT_TRUE(test.message(MessageId{1}));
    const auto slice = must(test.session().read_content(StoreCase::account, hash_of(1), 0, 9));
    EXPECT_EQ(slice.chunks, std::vector<std::string>{"the body"});
    const auto result =
        must(test.commit(Change(StoreCase::account).deliver(StoreCase::inbox, MessageId{2}, 2)));
    EXPECT_EQ(result.first_modseq, 3u);
    EXPECT_EQ(result.first_uids, std::vector<Uid>{2});
}

constexpr Case cases[] = {
    {"AccountIsFoundAsCreated", account_is_found_as_created},
    {"LoginIsUnique", login_is_unique},
    {"UnknownAccountIsNotFound", unknown_account_is_not_found},
    {"AccountsAreListedInPages", accounts_are_listed_in_pages},
    {"UpdateChangesWhatIsGiven", update_changes_what_is_given},
    {"SecretsAreExchangedIfTheyAreTheExpected", secrets_are_exchanged_if_they_are_the_expected},
    {"DeletedAccountLeavesNothing", deleted_account_leaves_nothing},
    {"EverythingIsThereAfterReopening", everything_is_there_after_reopening},
};

}  // namespace

std::span<const Case> account_cases() {
    return cases;
}

}  // namespace postern::testkit
