#include "store-postgresql/session.hpp"

namespace postern::store::postgresql {

namespace {

/// A check is a query whose rows are findings, one text each, over the account $1.
constexpr const char* checks[] = {
    "select 'account: ' || a.used_count || ' messages and ' || a.used_bytes || ' octets in use, its "
    "mailboxes have ' "
    "|| coalesce(m.total, 0) || ' and ' || coalesce(m.bytes, 0) from account_counter a, lateral (select "
    "sum(total) as total, sum(bytes) as bytes from mailbox where account_id = $1) m where a.account_id = $1 "
    "and (a.used_count <> coalesce(m.total, 0) or a.used_bytes <> coalesce(m.bytes, 0))",

    "select 'account: its mailboxes have ' || placed || ' messages, references say ' || refs from "
    "(select (select coalesce(sum(total), 0) from mailbox where account_id = $1) as placed, "
    "(select coalesce(sum(refs), 0) from message where account_id = $1) as refs) s where placed <> refs",

    "select 'mailbox ' || name || ': ' || unseen || ' unseen and ' || deleted || ' deleted of ' || total "
    "from "
    "mailbox where account_id = $1 and (unseen > total or deleted > total or (total = 0 and bytes <> 0))",

    "select 'mailbox ' || m.name || ': modseq ' || m.highest_modseq || ' is beyond the account''s ' || "
    "a.change_seq "
    "from mailbox m join account_counter a using (account_id) where account_id = $1 and "
    "m.highest_modseq > a.change_seq",

    "select 'mailbox ' || m.name || ': its snapshot of modseq ' || m.snapshot_modseq || ' is missing' from "
    "mailbox m "
    "left join snapshot s using (account_id, mailbox_id) where account_id = $1 and m.snapshot_modseq <> 0 "
    "and "
    "s.mailbox_id is null",

    "select 'log: row ' || c.modseq || ' is of mailbox ' || c.mailbox_id || ', which never was' from change "
    "c left "
    "join mailbox m using (account_id, mailbox_id) where account_id = $1 and c.mailbox_id <> 0 and m.name is "
    "null",

    "select 'log: row ' || c.modseq || ' is beyond the last of mailbox ' || m.name || ' (modseq ' || "
    "m.highest_modseq "
    "|| ', uidnext ' || m.uidnext || ')' from change c join mailbox m using (account_id, mailbox_id) "
    "where account_id = $1 and (c.modseq > m.highest_modseq or c.first_uid >= m.uidnext)",

    "select 'message ' || m.message_id || ': its content ' || encode(m.content, 'hex') || ' is missing' from "
    "message "
    "m left join content c on c.account_id = m.account_id and c.hash = m.content where m.account_id = $1 and "
    "c.hash is null",

    "select 'message ' || message_id || ': ' || refs || ' references, unreferenced since ' || "
    "unreferenced_at from "
    "message where account_id = $1 and refs > 0 and unreferenced_at <> 0",

    "select 'content ' || encode(c.hash, 'hex') || ': ' || c.messages || ' messages should use it, ' || "
    "coalesce(m.uses, 0) || ' do' from content c left join (select content, count(*) as uses from message "
    "where account_id = $1 group by content) m on m.content = c.hash "
    "where c.account_id = $1 and c.messages <> coalesce(m.uses, 0)",

    "select 'content ' || encode(c.hash, 'hex') || ': ' || coalesce(k.chunks, 0) || ' of ' || "
    "coalesce(k.last, 1) || "
    "' chunks after the first' from content c left join (select hash, count(*) as chunks, max(number) as "
    "last from "
    "chunk where account_id = $1 group by hash) k using (hash) where c.account_id = $1 and "
    "((c.size > 0 and c.data is null) or k.chunks <> k.last)",

    "select 'chunk ' || k.number || ' of content ' || encode(k.hash, 'hex') || ' belongs to none' from chunk "
    "k "
    "left join content c using (account_id, hash) where account_id = $1 and c.size is null",

    "select 'receipt ' || encode(r.uidl, 'escape') || ': of source ' || r.source_id || ', which is gone' "
    "from "
    "receipt r left join source s using (account_id, source_id) where account_id = $1 and s.connector is "
    "null "
    "and r.source_id <> 0",
};

/// Findings of one check that are spelled out.
constexpr int finding_limit = 100;

/// Accounts that have something to purge.
constexpr const char* purgeable_sql =
    "select a.account_id from account_counter a where "
    "exists (select 1 from message m where m.account_id = a.account_id and m.refs = 0 and m.unreferenced_at "
    "< $1) or "
    "exists (select 1 from content c where c.account_id = a.account_id and c.messages = 0) order by "
    "a.account_id";

}  // namespace

Result<Purged> PostgresqlSession::purge(UnixTime before, std::size_t limit) {
    return call<Purged>([&] {
        Purged purged;
        const Rows accounts = connection_.run(purgeable_sql, before);
        for (int i = 0; i < accounts.size() && purged.messages < limit; ++i) {
            const Rows rows = connection_.run("select postern_purge($1, $2, $3)", accounts.number(i, 0),
                                              before, sql_limit(limit - purged.messages));
            const auto counts = rows.integers(0, 0);
            purged.messages += static_cast<std::uint64_t>(counts.at(0));
            purged.contents += static_cast<std::uint64_t>(counts.at(1));
        }
        return purged;
    });
}

// The states are spelled out for the partial index receipt_history, which must match them. A row that somebody has
// locked is about to live again, or can wait.
Result<std::uint64_t> PostgresqlSession::purge_receipts(UnixTime before, std::size_t limit) {
    static_assert(receipt_history == (1 << 6 | 1 << 8 | 1 << 9 | 1 << 10));
    return call<std::uint64_t>([&] {
        const Rows rows = connection_.run(
            "delete from receipt where ctid = any (array (select ctid from receipt "
            "where state in (6, 8, 9, 10) and last_seen < $1 limit $2 for update skip locked))",
            before, sql_limit(limit));
        return static_cast<std::uint64_t>(rows.affected());
    });
}

Result<std::vector<std::string>> PostgresqlSession::verify(AccountId account) {
    return call<std::vector<std::string>>([&] {
        Unit unit(connection_);
        connection_.run("set transaction isolation level repeatable read read only");
        // These read everything: the joins the data path must not have are right here.
        connection_.run("set local enable_hashjoin = on");
        connection_.run("set local enable_seqscan = on");
        const Rows owner =
            connection_.run("select 1 from account_counter where account_id = $1", value_of(account));
        if (owner.empty()) fail(Errc::not_found, "no such account");
        std::vector<std::string> findings;
        for (const char* check : checks) {
            const Rows rows = connection_.run(check, value_of(account));
            for (int i = 0; i < std::min(rows.size(), finding_limit); ++i)
                findings.push_back(rows.text(i, 0));
        }
        unit.commit();
        return findings;
    });
}

}  // namespace postern::store::postgresql
