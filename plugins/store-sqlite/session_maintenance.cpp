#include "store-sqlite/session.hpp"

namespace postern::store::sqlite {

namespace {

/// A check is a query whose rows are findings, one text each, over the account ?1.
constexpr const char* checks[] = {
    "select 'account: ' || a.used_count || ' messages and ' || a.used_bytes || ' octets in use, its "
    "mailboxes have ' "
    "|| coalesce(sum(m.total), 0) || ' and ' || coalesce(sum(m.bytes), 0) from account a left join mailbox m "
    "on "
    "m.account_id = a.account_id where a.account_id = ?1 group by a.account_id "
    "having a.used_count <> coalesce(sum(m.total), 0) or a.used_bytes <> coalesce(sum(m.bytes), 0)",

    "select 'account: its mailboxes have ' || placed || ' messages, references say ' || refs from "
    "(select (select coalesce(sum(total), 0) from mailbox where account_id = ?1) as placed, "
    "(select coalesce(sum(refs), 0) from message where account_id = ?1) as refs) where placed <> refs",

    "select 'mailbox ' || name || ': ' || unseen || ' unseen and ' || deleted || ' deleted of ' || total "
    "from "
    "mailbox where account_id = ?1 and (unseen > total or deleted > total or (total = 0 and bytes <> 0))",

    "select 'mailbox ' || m.name || ': modseq ' || m.highest_modseq || ' is beyond the account''s ' || "
    "a.change_seq "
    "from mailbox m join account a using (account_id) where account_id = ?1 and m.highest_modseq > "
    "a.change_seq",

    "select 'mailbox ' || m.name || ': its snapshot of modseq ' || m.snapshot_modseq || ' is missing' from "
    "mailbox m "
    "left join snapshot s using (account_id, mailbox_id) where account_id = ?1 and m.snapshot_modseq <> 0 "
    "and "
    "s.data is null",

    "select 'log: row ' || c.modseq || ' is of mailbox ' || c.mailbox_id || ', which never was' from change "
    "c left "
    "join mailbox m using (account_id, mailbox_id) where account_id = ?1 and c.mailbox_id <> 0 and m.name is "
    "null",

    "select 'log: row ' || c.modseq || ' is beyond the last of mailbox ' || m.name || ' (modseq ' || "
    "m.highest_modseq "
    "|| ', uidnext ' || m.uidnext || ')' from change c join mailbox m using (account_id, mailbox_id) "
    "where account_id = ?1 and (c.modseq > m.highest_modseq or c.first_uid >= m.uidnext)",

    "select 'message ' || m.message_id || ': its content ' || hex(m.content) || ' is missing' from message m "
    "left "
    "join content c on c.account_id = m.account_id and c.hash = m.content where m.account_id = ?1 and c.hash "
    "is null",

    "select 'message ' || message_id || ': ' || refs || ' references, unreferenced since ' || "
    "unreferenced_at from "
    "message where account_id = ?1 and refs > 0 and unreferenced_at <> 0",

    "select 'content ' || hex(c.hash) || ': ' || c.messages || ' messages should use it, ' || "
    "coalesce(m.uses, 0) || "
    "' do' from content c left join (select content, count(*) as uses from message where account_id = ?1 "
    "group by content) m on m.content = c.hash where c.account_id = ?1 and c.messages <> coalesce(m.uses, 0)",

    "select 'content ' || hex(hash) || ': ' || chunks || ' of ' || last || ' chunks' from (select c.hash, "
    "c.size, "
    "(select count(*) from chunk k where k.content_id = c.content_id) as chunks, "
    "(select coalesce(max(number) + 1, 0) from chunk k where k.content_id = c.content_id) as last "
    "from content c where c.account_id = ?1) where chunks <> last or (size > 0 and chunks = 0)",

    "select 'receipt ' || cast(r.uidl as text) || ': of source ' || r.source_id || ', which is gone' from "
    "receipt r "
    "left join source s using (account_id, source_id) where account_id = ?1 and s.connector is null "
    "and r.source_id <> 0",
};

/// Findings of one check that are spelled out.
constexpr int finding_limit = 100;

struct Doomed {
    std::uint64_t account;
    std::uint64_t message;
    std::string content;
};

std::vector<Doomed> find_doomed(Database& database, UnixTime before, std::size_t limit) {
    std::vector<Doomed> rows;
    auto query = database.query(
        "select m.account_id, m.message_id, m.content from account a cross join message m on "
        "m.account_id = a.account_id where m.refs = 0 and m.unreferenced_at < ? limit ?");
    query.bind(before, limit);
    while (query.step()) rows.push_back({query.number(0), query.number(1), query.text(2)});
    return rows;
}

}  // namespace

Result<Purged> SqliteSession::purge(UnixTime before, std::size_t limit) {
    return write<Purged>([&] {
        Purged purged;
        for (const Doomed& row : find_doomed(database_, before, limit)) {
            database_.query("delete from message where account_id = ? and message_id = ?")
                .bind(row.account, row.message)
                .run();
            database_.query("update content set messages = messages - 1 where account_id = ? and hash = ?")
                .bind(row.account, Blob{row.content})
                .run();
            ++purged.messages;
        }
        database_
            .query(
                "delete from chunk where content_id in (select content_id from content where messages = 0)")
            .run();
        database_.query("delete from content where messages = 0").run();
        purged.contents = static_cast<std::uint64_t>(database_.changes());
        return purged;
    });
}

// The states are spelled out for the partial index receipt_history, which must match them.
Result<std::uint64_t> SqliteSession::purge_receipts(UnixTime before, std::size_t limit) {
    static_assert(receipt_history == (1 << 6 | 1 << 8 | 1 << 9 | 1 << 10));
    return write<std::uint64_t>([&] {
        database_
            .query(
                "delete from receipt where (account_id, source_id, epoch, uidl, occurrence) in "
                "(select account_id, source_id, epoch, uidl, occurrence from receipt "
                "where state in (6, 8, 9, 10) and last_seen < ? limit ?)")
            .bind(before, limit)
            .run();
        return static_cast<std::uint64_t>(database_.changes());
    });
}

Result<std::vector<std::string>> SqliteSession::verify(AccountId account) {
    return read<std::vector<std::string>>([&] {
        auto owner = database_.query("select 1 from account where account_id = ?");
        if (!owner.bind(value_of(account)).step()) fail(Errc::not_found, "no such account");
        std::vector<std::string> findings;
        for (const char* check : checks) {
            auto query = database_.query(check);
            query.bind(value_of(account));
            for (int found = 0; found < finding_limit && query.step(); ++found) {
                findings.push_back(query.text(0));
            }
        }
        return findings;
    });
}

}  // namespace postern::store::sqlite
