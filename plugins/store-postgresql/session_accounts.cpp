#include "store-postgresql/session.hpp"

namespace postern::store::postgresql {

namespace {

#define ACCOUNT_COLUMNS \
    "a.account_id, a.login, a.secret, a.settings, c.change_seq, c.used_bytes, c.used_count"
#define ACCOUNT_TABLES "account a join account_counter c on c.account_id = a.account_id"

AccountRow account_row(const Rows& rows, int i) {
    AccountRow row;
    row.id = AccountId{rows.number(i, 0)};
    row.login = rows.text(i, 1);
    row.secret = rows.text(i, 2);
    row.settings = rows.text(i, 3);
    row.change_seq = rows.number(i, 4);
    row.used_bytes = rows.number(i, 5);
    row.used_count = rows.number(i, 6);
    return row;
}

AccountRow one_account(const Rows& rows) {
    if (rows.empty()) fail(Errc::not_found, "no such account");
    return account_row(rows, 0);
}

#define MAILBOX_COLUMNS                                                                                \
    "mailbox_id, name, uidvalidity, uidnext, highest_modseq, created_modseq, total, unseen, deleted, " \
    "bytes, special_use, snapshot_modseq"

MailboxRow mailbox_row(const Rows& rows, int i) {
    MailboxRow row;
    row.id = MailboxId{rows.number(i, 0)};
    row.name = rows.text(i, 1);
    row.uidvalidity = rows.number32(i, 2);
    row.uidnext = rows.number32(i, 3);
    row.highest_modseq = rows.number(i, 4);
    row.created_modseq = rows.number(i, 5);
    row.total = rows.number32(i, 6);
    row.unseen = rows.number32(i, 7);
    row.deleted = rows.number32(i, 8);
    row.bytes = rows.number(i, 9);
    row.special_use = rows.text(i, 10);
    row.snapshot_modseq = rows.number(i, 11);
    return row;
}

// Several statements that see one state of the database, in one round trip.
constexpr const char* begin_reading = "begin isolation level repeatable read read only";

constexpr const char* account_sql =
    "select " ACCOUNT_COLUMNS " from " ACCOUNT_TABLES " where a.account_id = $1";

}  // namespace

Result<void> PostgresqlSession::create_account(const AccountRow& account) {
    return call<void>([&] {
        connection_.run(
            "with a as (insert into account (account_id, login, secret, settings) values ($1, $2, $3, $4) "
            "returning account_id) insert into account_counter (account_id) select account_id from a",
            value_of(account.id), account.login, account.secret, account.settings);
    });
}

Result<AccountRow> PostgresqlSession::find_account(std::string_view login) {
    return call<AccountRow>([&] {
        return one_account(
            connection_.run("select " ACCOUNT_COLUMNS " from " ACCOUNT_TABLES " where a.login = $1", login));
    });
}

Result<AccountRow> PostgresqlSession::get_account(AccountId account) {
    return call<AccountRow>([&] { return one_account(connection_.run(account_sql, value_of(account))); });
}

Result<std::vector<AccountRow>> PostgresqlSession::list_accounts(std::string_view after, std::size_t limit) {
    return call<std::vector<AccountRow>>([&] {
        std::vector<AccountRow> accounts;
        const Rows rows = connection_.run("select " ACCOUNT_COLUMNS " from " ACCOUNT_TABLES
                                          " where a.login > $1 order by a.login limit $2",
                                          after, sql_limit(limit));
        for (int i = 0; i < rows.size(); ++i) accounts.push_back(account_row(rows, i));
        return accounts;
    });
}

Result<void> PostgresqlSession::update_account(AccountId account, std::optional<std::string> secret,
                                               std::optional<std::string> settings) {
    return call<void>([&] {
        const Rows rows = connection_.run(
            "update account set secret = coalesce($2, secret), settings = coalesce($3, settings) "
            "where account_id = $1",
            value_of(account), secret, settings);
        if (rows.affected() == 0) fail(Errc::not_found, "no such account");
    });
}

Result<void> PostgresqlSession::exchange_secret(AccountId account, std::string_view expected,
                                                std::string_view secret) {
    return call<void>([&] {
        const Rows updated =
            connection_.run("update account set secret = $2 where account_id = $1 and secret = $3",
                            value_of(account), secret, expected);
        if (updated.affected() > 0) return;
        const Rows known = connection_.run("select 1 from account where account_id = $1", value_of(account));
        if (known.affected() == 0) fail(Errc::not_found, "no such account");
        fail(Errc::conflict, "the secret is another by now");
    });
}

Result<void> PostgresqlSession::delete_account(AccountId account) {
    return call<void>([&] {
        Unit unit(connection_);
        // First the row that every writer of the account locks.
        const Rows rows =
            connection_.run("delete from account_counter where account_id = $1", value_of(account));
        if (rows.affected() == 0) fail(Errc::not_found, "no such account");
        for (const char* sql :
             {"delete from account where account_id = $1", "delete from mailbox where account_id = $1",
              "delete from subscription where account_id = $1", "delete from snapshot where account_id = $1",
              "delete from change where account_id = $1", "delete from message where account_id = $1",
              "delete from content where account_id = $1", "delete from chunk where account_id = $1",
              "delete from attribute where account_id = $1", "delete from script where account_id = $1",
              "delete from source where account_id = $1", "delete from receipt where account_id = $1"}) {
            connection_.run(sql, value_of(account));
        }
        unit.commit();
    });
}

Result<AccountView> PostgresqlSession::load_account(AccountId account) {
    return call<AccountView>([&] {
        const Parameters id(value_of(account));
        const auto answers =
            run_steps({{begin_reading, {}},
                       {account_sql, id},
                       {"select " MAILBOX_COLUMNS
                        " from mailbox where account_id = $1 and deleted_modseq = 0 order by name",
                        id},
                       {"select name from subscription where account_id = $1 order by name", id},
                       {"select coalesce(max(uidvalidity), 0) from mailbox where account_id = $1", id},
                       {"commit", {}}});
        AccountView view;
        view.account = one_account(answers[1]);
        for (int i = 0; i < answers[2].size(); ++i) view.mailboxes.push_back(mailbox_row(answers[2], i));
        for (int i = 0; i < answers[3].size(); ++i) view.subscriptions.push_back(answers[3].text(i, 0));
        view.highest_uidvalidity = answers[4].number32(0, 0);
        return view;
    });
}

Result<MailboxLoad> PostgresqlSession::load_mailbox(AccountId account, MailboxId mailbox) {
    return call<MailboxLoad>([&] {
        const Parameters ids(value_of(account), value_of(mailbox));
        const auto answers = run_steps(
            {{begin_reading, {}},
             {"select " MAILBOX_COLUMNS ", (select change_seq from account_counter where account_id = $1) "
              "from mailbox where account_id = $1 and mailbox_id = $2 and deleted_modseq = 0",
              ids},
             {"select data from snapshot where account_id = $1 and mailbox_id = $2", ids},
             {"select modseq, first_uid, data from change where account_id = $1 and mailbox_id = $2 and "
              "modseq > "
              "(select snapshot_modseq from mailbox where account_id = $1 and mailbox_id = $2) order by "
              "modseq",
              ids},
             {"commit", {}}});
        if (answers[1].empty()) fail(Errc::not_found, "no such mailbox");
        MailboxLoad load;
        load.mailbox = mailbox_row(answers[1], 0);
        load.change_seq = answers[1].number(0, 12);
        load.snapshot_modseq = load.mailbox.snapshot_modseq;
        if (!answers[2].empty()) load.snapshot = answers[2].text(0, 0);
        const Rows& tail = answers[3];
        load.tail.reserve(static_cast<std::size_t>(tail.size()));
        for (int i = 0; i < tail.size(); ++i) {
            load.tail.push_back({tail.number(i, 0), mailbox, tail.number32(i, 1), tail.text(i, 2)});
        }
        return load;
    });
}

}  // namespace postern::store::postgresql
