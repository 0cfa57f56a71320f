#include "store-postgresql/session.hpp"

namespace postern::store::postgresql {

namespace {

#define SOURCE_COLUMNS                                                                          \
    "account_id, source_id, connector, config, sealed_credential, facts, epoch, next_poll_at, " \
    "lease_owner, lease_number, lease_until"

std::vector<SourceRow> source_rows(const Rows& rows) {
    std::vector<SourceRow> out;
    for (int i = 0; i < rows.size(); ++i) {
        SourceRow row;
        row.account = AccountId{rows.number(i, 0)};
        row.id = SourceId{rows.number(i, 1)};
        row.connector = rows.text(i, 2);
        row.config = rows.text(i, 3);
        row.sealed_credential = rows.text(i, 4);
        row.facts = rows.text(i, 5);
        row.epoch = rows.number32(i, 6);
        row.next_poll_at = rows.integer(i, 7);
        row.lease_owner = rows.text(i, 8);
        row.lease_number = rows.number(i, 9);
        row.lease_until = rows.integer(i, 10);
        out.push_back(std::move(row));
    }
    return out;
}

Receipt receipt_row(const Rows& rows, int i, SourceId source) {
    Receipt row;
    row.source = source;
    row.epoch = rows.number32(i, 0);
    row.uidl = rows.text(i, 1);
    row.occurrence = rows.number32(i, 2);
    row.state = static_cast<ReceiptState>(rows.integer(i, 3));
    row.message = MessageId{rows.number(i, 4)};
    row.size_listed = rows.number(i, 5);
    row.header_fingerprint = rows.text(i, 6);
    row.first_seen = rows.integer(i, 7);
    row.last_seen = rows.integer(i, 8);
    row.missing_count = rows.number32(i, 9);
    row.missing_since = rows.integer(i, 10);
    row.stored_at = rows.integer(i, 11);
    row.delete_reason = static_cast<std::uint8_t>(rows.integer(i, 12));
    row.delete_since = rows.integer(i, 13);
    row.delete_attempts = rows.number32(i, 14);
    row.fail_count = rows.number32(i, 15);
    row.next_try = rows.integer(i, 16);
    row.last_error = rows.text(i, 17);
    return row;
}

}  // namespace

Result<void> PostgresqlSession::put_source(const SourceRow& source) {
    return call<void>([&] {
        const Rows rows = connection_.run(
            "insert into source (account_id, source_id, connector, config, sealed_credential, facts, epoch, "
            "next_poll_at) select $1, $2, $3, $4, $5, $6, $7, $8 "
            "where exists (select 1 from account_counter where account_id = $1) "
            "on conflict (account_id, source_id) do update set connector = excluded.connector, "
            "config = excluded.config, sealed_credential = excluded.sealed_credential, facts = "
            "excluded.facts, "
            "epoch = excluded.epoch, next_poll_at = excluded.next_poll_at",
            value_of(source.account), value_of(source.id), source.connector, source.config,
            source.sealed_credential, source.facts, source.epoch, source.next_poll_at);
        if (rows.affected() == 0) fail(Errc::not_found, "no such account");
    });
}

Result<void> PostgresqlSession::delete_source(AccountId account, SourceId source) {
    return call<void>([&] {
        Unit unit(connection_);
        // As writers of receipts do.
        connection_.run("select 1 from account_counter where account_id = $1 for update", value_of(account));
        const Rows rows = connection_.run("delete from source where account_id = $1 and source_id = $2",
                                          value_of(account), value_of(source));
        if (rows.affected() == 0) fail(Errc::not_found, "no such source");
        connection_.run("delete from receipt where account_id = $1 and source_id = $2", value_of(account),
                        value_of(source));
        unit.commit();
    });
}

Result<std::vector<SourceRow>> PostgresqlSession::list_sources(AccountId account) {
    return call<std::vector<SourceRow>>([&] {
        return source_rows(connection_.run("select " SOURCE_COLUMNS
                                           " from source where account_id = $1 order by source_id",
                                           value_of(account)));
    });
}

Result<std::vector<SourceRow>> PostgresqlSession::due_sources(UnixTime now, std::size_t limit) {
    return call<std::vector<SourceRow>>([&] {
        return source_rows(connection_.run(
            "select " SOURCE_COLUMNS
            " from source where next_poll_at <= $1 and (lease_owner = '' or lease_until <= $1) "
            "order by next_poll_at, account_id, source_id limit $2",
            now, sql_limit(limit)));
    });
}

Result<std::uint64_t> PostgresqlSession::acquire_lease(AccountId account, SourceId source,
                                                       std::string_view owner, UnixTime now, UnixTime until) {
    return call<std::uint64_t>([&] {
        const Rows rows = connection_.run(
            "update source set lease_owner = $3, lease_until = $5, lease_number = lease_number + 1 "
            "where account_id = $1 and source_id = $2 and (lease_owner = '' or lease_owner = $3 or "
            "lease_until <= $4) "
            "returning lease_number",
            value_of(account), value_of(source), owner, now, until);
        if (!rows.empty()) return rows.number(0, 0);
        const Rows known = connection_.run("select 1 from source where account_id = $1 and source_id = $2",
                                           value_of(account), value_of(source));
        if (known.empty()) fail(Errc::not_found, "no such source");
        fail(Errc::conflict, "another holds the lease");
    });
}

Result<void> PostgresqlSession::release_lease(AccountId account, SourceId source, std::uint64_t number,
                                              std::string_view facts, UnixTime next_poll_at) {
    return call<void>([&] {
        const Rows rows = connection_.run(
            "update source set lease_owner = '', lease_until = 0, facts = $4, next_poll_at = $5 "
            "where account_id = $1 and source_id = $2 and lease_number = $3 and lease_owner <> ''",
            value_of(account), value_of(source), number, facts, next_poll_at);
        if (rows.affected() == 0) fail(Errc::conflict, "the lease is another's by now");
    });
}

Result<std::vector<Receipt>> PostgresqlSession::read_receipts(AccountId account, SourceId source,
                                                              ReceiptStates states) {
    return call<std::vector<Receipt>>([&] {
        const Rows rows = connection_.run(
            "select epoch, uidl, occurrence, state, message_id, size_listed, header_fingerprint, first_seen, "
            "last_seen, missing_count, missing_since, stored_at, delete_reason, delete_since, "
            "delete_attempts, "
            "fail_count, next_try, last_error from receipt "
            "where account_id = $1 and source_id = $2 and (1 << state) & $3::bigint <> 0 order by epoch, "
            "uidl, "
            "occurrence",
            value_of(account), value_of(source), static_cast<std::uint32_t>(states));
        std::vector<Receipt> out;
        out.reserve(static_cast<std::size_t>(rows.size()));
        for (int i = 0; i < rows.size(); ++i) out.push_back(receipt_row(rows, i, source));
        return out;
    });
}

}  // namespace postern::store::postgresql
