#include "store-sqlite/session.hpp"

namespace postern::store::sqlite {

namespace {

#define SOURCE_COLUMNS                                                                          \
    "account_id, source_id, connector, config, sealed_credential, facts, epoch, next_poll_at, " \
    "lease_owner, lease_number, lease_until"

SourceRow source_row(const Query& query) {
    SourceRow row;
    row.account = AccountId{query.number(0)};
    row.id = SourceId{query.number(1)};
    row.connector = query.text(2);
    row.config = query.text(3);
    row.sealed_credential = query.text(4);
    row.facts = query.text(5);
    row.epoch = query.number32(6);
    row.next_poll_at = query.integer(7);
    row.lease_owner = query.text(8);
    row.lease_number = query.number(9);
    row.lease_until = query.integer(10);
    return row;
}

Receipt receipt_row(const Query& query, SourceId source) {
    Receipt row;
    row.source = source;
    row.epoch = query.number32(0);
    row.uidl = query.text(1);
    row.occurrence = query.number32(2);
    row.state = static_cast<ReceiptState>(query.integer(3));
    row.message = MessageId{query.number(4)};
    row.size_listed = query.number(5);
    row.header_fingerprint = query.text(6);
    row.first_seen = query.integer(7);
    row.last_seen = query.integer(8);
    row.missing_count = query.number32(9);
    row.missing_since = query.integer(10);
    row.stored_at = query.integer(11);
    row.delete_reason = static_cast<std::uint8_t>(query.integer(12));
    row.delete_since = query.integer(13);
    row.delete_attempts = query.number32(14);
    row.fail_count = query.number32(15);
    row.next_try = query.integer(16);
    row.last_error = query.text(17);
    return row;
}

}  // namespace

Result<void> SqliteSession::put_source(const SourceRow& source) {
    return write<void>([&] {
        auto owner = database_.query("select 1 from account where account_id = ?");
        if (!owner.bind(value_of(source.account)).step()) fail(Errc::not_found, "no such account");
        database_
            .query(
                "insert into source (account_id, source_id, connector, config, sealed_credential, facts, "
                "epoch, "
                "next_poll_at) values (?, ?, ?, ?, ?, ?, ?, ?) on conflict do update set "
                "connector = excluded.connector, config = excluded.config, "
                "sealed_credential = excluded.sealed_credential, facts = excluded.facts, "
                "epoch = excluded.epoch, next_poll_at = excluded.next_poll_at")
            .bind(value_of(source.account), value_of(source.id), source.connector, Blob{source.config},
                  Blob{source.sealed_credential}, Blob{source.facts}, source.epoch, source.next_poll_at)
            .run();
    });
}

Result<void> SqliteSession::delete_source(AccountId account, SourceId source) {
    return write<void>([&] {
        database_.query("delete from source where account_id = ? and source_id = ?")
            .bind(value_of(account), value_of(source))
            .run();
        if (database_.changes() == 0) fail(Errc::not_found, "no such source");
        database_.query("delete from receipt where account_id = ? and source_id = ?")
            .bind(value_of(account), value_of(source))
            .run();
    });
}

Result<std::vector<SourceRow>> SqliteSession::list_sources(AccountId account) {
    return read<std::vector<SourceRow>>([&] {
        std::vector<SourceRow> rows;
        auto query =
            database_.query("select " SOURCE_COLUMNS " from source where account_id = ? order by source_id");
        query.bind(value_of(account));
        while (query.step()) rows.push_back(source_row(query));
        return rows;
    });
}

Result<std::vector<SourceRow>> SqliteSession::due_sources(UnixTime now, std::size_t limit) {
    return read<std::vector<SourceRow>>([&] {
        std::vector<SourceRow> rows;
        auto query =
            database_.query("select " SOURCE_COLUMNS
                            " from source where next_poll_at <= ?1 and (lease_owner = '' or "
                            "lease_until <= ?1) order by next_poll_at, account_id, source_id limit ?2");
        query.bind(now, limit);
        while (query.step()) rows.push_back(source_row(query));
        return rows;
    });
}

Result<std::uint64_t> SqliteSession::acquire_lease(AccountId account, SourceId source, std::string_view owner,
                                                   UnixTime now, UnixTime until) {
    return write<std::uint64_t>([&] {
        const auto id = value_of(account);
        auto known = database_.query("select 1 from source where account_id = ? and source_id = ?");
        if (!known.bind(id, value_of(source)).step()) fail(Errc::not_found, "no such source");
        auto query = database_.query(
            "update source set lease_owner = ?3, lease_until = ?5, lease_number = lease_number + 1 "
            "where account_id = ?1 and source_id = ?2 and (lease_owner in ('', ?3) or lease_until <= ?4) "
            "returning lease_number");
        query.bind(id, value_of(source), owner, now, until);
        if (!query.step()) fail(Errc::conflict, "another holds the lease");
        return query.number(0);
    });
}

Result<void> SqliteSession::release_lease(AccountId account, SourceId source, std::uint64_t number,
                                          std::string_view facts, UnixTime next_poll_at) {
    return write<void>([&] {
        database_
            .query(
                "update source set lease_owner = '', lease_until = 0, facts = ?, next_poll_at = ? "
                "where account_id = ? and source_id = ? and lease_number = ? and lease_owner <> ''")
            .bind(Blob{facts}, next_poll_at, value_of(account), value_of(source), number)
            .run();
        if (database_.changes() == 0) fail(Errc::conflict, "the lease is another's by now");
    });
}

Result<std::vector<Receipt>> SqliteSession::read_receipts(AccountId account, SourceId source,
                                                          ReceiptStates states) {
    return read<std::vector<Receipt>>([&] {
        std::vector<Receipt> rows;
        auto query = database_.query(
            "select epoch, uidl, occurrence, state, message_id, size_listed, header_fingerprint, first_seen, "
            "last_seen, missing_count, missing_since, stored_at, delete_reason, delete_since, "
            "delete_attempts, "
            "fail_count, next_try, last_error from receipt "
            "where account_id = ? and source_id = ? and ((1 << state) & ?) <> 0 order by epoch, uidl, "
            "occurrence");
        query.bind(value_of(account), value_of(source), static_cast<std::uint32_t>(states));
        while (query.step()) rows.push_back(receipt_row(query, source));
        return rows;
    });
}

}  // namespace postern::store::sqlite
