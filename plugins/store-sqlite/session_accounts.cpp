#include "store-sqlite/session.hpp"

namespace postern::store::sqlite {

namespace {

#define ACCOUNT_COLUMNS "account_id, login, secret, settings, change_seq, used_bytes, used_count"

AccountRow account_row(const Query& query) {
    AccountRow row;
    row.id = AccountId{query.number(0)};
    row.login = query.text(1);
    row.secret = query.text(2);
    row.settings = query.text(3);
    row.change_seq = query.number(4);
    row.used_bytes = query.number(5);
    row.used_count = query.number(6);
    return row;
}

AccountRow one_account(Query& query) {
    if (!query.step()) fail(Errc::not_found, "no such account");
    return account_row(query);
}

MailboxRow mailbox_row(const Query& query) {
    MailboxRow row;
    row.id = MailboxId{query.number(0)};
    row.name = query.text(1);
    row.uidvalidity = query.number32(2);
    row.uidnext = query.number32(3);
    row.highest_modseq = query.number(4);
    row.created_modseq = query.number(5);
    row.total = query.number32(6);
    row.unseen = query.number32(7);
    row.deleted = query.number32(8);
    row.bytes = query.number(9);
    row.special_use = query.text(10);
    row.snapshot_modseq = query.number(11);
    return row;
}

#define MAILBOX_COLUMNS                                                                                \
    "mailbox_id, name, uidvalidity, uidnext, highest_modseq, created_modseq, total, unseen, deleted, " \
    "bytes, special_use, snapshot_modseq"

void read_tail(Database& database, AccountId account, MailboxId mailbox, MailboxLoad& load) {
    auto tail = database.query(
        "select modseq, first_uid, data from change where account_id = ? and mailbox_id = ? and modseq > ? "
        "order by modseq");
    tail.bind(value_of(account), value_of(mailbox), load.snapshot_modseq);
    while (tail.step()) load.tail.push_back({tail.number(0), mailbox, tail.number32(1), tail.text(2)});
}

}  // namespace

Result<void> SqliteSession::create_account(const AccountRow& account) {
    return write<void>([&] {
        database_.query("insert into account (account_id, login, secret, settings) values (?, ?, ?, ?)")
            .bind(value_of(account.id), account.login, account.secret, Blob{account.settings})
            .run();
    });
}

Result<AccountRow> SqliteSession::find_account(std::string_view login) {
    return read<AccountRow>([&] {
        auto query = database_.query("select " ACCOUNT_COLUMNS " from account where login = ?");
        return one_account(query.bind(login));
    });
}

Result<AccountRow> SqliteSession::get_account(AccountId account) {
    return read<AccountRow>([&] {
        auto query = database_.query("select " ACCOUNT_COLUMNS " from account where account_id = ?");
        return one_account(query.bind(value_of(account)));
    });
}

Result<std::vector<AccountRow>> SqliteSession::list_accounts(std::string_view after, std::size_t limit) {
    return read<std::vector<AccountRow>>([&] {
        std::vector<AccountRow> rows;
        auto query =
            database_.query("select " ACCOUNT_COLUMNS " from account where login > ? order by login limit ?");
        query.bind(after, limit);
        while (query.step()) rows.push_back(account_row(query));
        return rows;
    });
}

Result<void> SqliteSession::update_account(AccountId account, std::optional<std::string> secret,
                                           std::optional<std::string> settings) {
    return write<void>([&] {
        const auto octets = settings ? std::optional<Blob>(Blob{*settings}) : std::nullopt;
        database_
            .query(
                "update account set secret = coalesce(?, secret), settings = coalesce(?, settings) "
                "where account_id = ?")
            .bind(secret, octets, value_of(account))
            .run();
        if (database_.changes() == 0) fail(Errc::not_found, "no such account");
    });
}

Result<void> SqliteSession::exchange_secret(AccountId account, std::string_view expected,
                                            std::string_view secret) {
    return write<void>([&] {
        auto known = database_.query("select secret from account where account_id = ?");
        known.bind(value_of(account));
        if (!known.step()) fail(Errc::not_found, "no such account");
        if (known.text(0) != expected) fail(Errc::conflict, "the secret is another by now");
        database_.query("update account set secret = ? where account_id = ?")
            .bind(std::string(secret), value_of(account))
            .run();
    });
}

Result<void> SqliteSession::delete_account(AccountId account) {
    return write<void>([&] {
        const auto id = value_of(account);
        database_.query("delete from account where account_id = ?").bind(id).run();
        if (database_.changes() == 0) fail(Errc::not_found, "no such account");
        database_
            .query(
                "delete from chunk where content_id in (select content_id from content where account_id = ?)")
            .bind(id)
            .run();
        for (const char* sql :
             {"delete from mailbox where account_id = ?", "delete from subscription where account_id = ?",
              "delete from snapshot where account_id = ?", "delete from change where account_id = ?",
              "delete from message where account_id = ?", "delete from content where account_id = ?",
              "delete from attribute where account_id = ?", "delete from script where account_id = ?",
              "delete from source where account_id = ?", "delete from receipt where account_id = ?"}) {
            database_.query(sql).bind(id).run();
        }
    });
}

Result<AccountView> SqliteSession::load_account(AccountId account) {
    return read<AccountView>([&] {
        AccountView view;
        const auto id = value_of(account);
        auto owner = database_.query("select " ACCOUNT_COLUMNS " from account where account_id = ?");
        view.account = one_account(owner.bind(id));
        auto mailboxes =
            database_.query("select " MAILBOX_COLUMNS
                            " from mailbox where account_id = ? and deleted_modseq = 0 order by name");
        mailboxes.bind(id);
        while (mailboxes.step()) view.mailboxes.push_back(mailbox_row(mailboxes));
        auto names = database_.query("select name from subscription where account_id = ? order by name");
        names.bind(id);
        while (names.step()) view.subscriptions.push_back(names.text(0));
        auto highest =
            database_.query("select coalesce(max(uidvalidity), 0) from mailbox where account_id = ?");
        highest.bind(id).step();
        view.highest_uidvalidity = highest.number32(0);
        return view;
    });
}

Result<MailboxLoad> SqliteSession::load_mailbox(AccountId account, MailboxId mailbox) {
    return read<MailboxLoad>([&] {
        MailboxLoad load;
        auto row =
            database_.query("select " MAILBOX_COLUMNS
                            " from mailbox where account_id = ? and mailbox_id = ? and deleted_modseq = 0");
        if (!row.bind(value_of(account), value_of(mailbox)).step()) fail(Errc::not_found, "no such mailbox");
        load.mailbox = mailbox_row(row);
        load.snapshot_modseq = load.mailbox.snapshot_modseq;
        auto snapshot = database_.query("select data from snapshot where account_id = ? and mailbox_id = ?");
        if (snapshot.bind(value_of(account), value_of(mailbox)).step()) load.snapshot = snapshot.text(0);
        read_tail(database_, account, mailbox, load);
        auto owner = database_.query("select change_seq from account where account_id = ?");
        owner.bind(value_of(account)).step();
        load.change_seq = owner.number(0);
        return load;
    });
}

}  // namespace postern::store::sqlite
