#include "store-sqlite/schema.hpp"

#include <array>

namespace postern::store::sqlite {

namespace {

// Small rows live in their key's tree (WITHOUT ROWID); rows with large values do not. Opaque octets are BLOB,
// names TEXT. Constraints refuse what a defect in the kernel would otherwise make permanent.
constexpr const char* version_1 = R"sql(
create table account (
    account_id    integer primary key,
    login         text    not null unique,
    secret        text    not null,
    settings      blob    not null,
    change_seq    integer not null default 0,
    used_bytes    integer not null default 0 check (used_bytes >= 0),
    used_count    integer not null default 0 check (used_count >= 0)
) strict;

create table mailbox (
    account_id       integer not null,
    mailbox_id       integer not null check (mailbox_id <> 0),
    name             text    not null,
    uidvalidity      integer not null,
    uidnext          integer not null default 1 check (uidnext between 1 and 4294967295),
    highest_modseq   integer not null,
    created_modseq   integer not null,
    deleted_modseq   integer not null default 0,
    total            integer not null default 0 check (total >= 0),
    unseen           integer not null default 0 check (unseen >= 0),
    deleted          integer not null default 0 check (deleted >= 0),
    bytes            integer not null default 0 check (bytes >= 0),
    special_use      text    not null,
    snapshot_modseq  integer not null default 0,
    primary key (account_id, mailbox_id)
) strict, without rowid;
create unique index mailbox_name on mailbox (account_id, name) where deleted_modseq = 0;
create unique index mailbox_uidvalidity on mailbox (account_id, uidvalidity);

create table subscription (
    account_id    integer not null,
    name          text    not null,
    primary key (account_id, name)
) strict, without rowid;

create table snapshot (
    account_id    integer not null,
    mailbox_id    integer not null,
    data          blob    not null,
    unique (account_id, mailbox_id)
) strict;

create table change (
    account_id    integer not null,
    modseq        integer not null,
    mailbox_id    integer not null,
    first_uid     integer not null,
    data          blob    not null,
    primary key (account_id, modseq)
) strict, without rowid;
create index change_mailbox on change (account_id, mailbox_id, modseq);

create table message (
    account_id       integer not null,
    message_id       integer not null,
    content          blob    not null,
    refs             integer not null check (refs >= 0),
    unreferenced_at  integer not null,
    record           blob    not null,
    unique (account_id, message_id)
) strict;
create index message_unreferenced on message (account_id, unreferenced_at) where refs = 0;

create table content (
    content_id    integer primary key,
    account_id    integer not null,
    hash          blob    not null,
    size          integer not null,
    messages      integer not null check (messages >= 0),
    unique (account_id, hash)
) strict;
create index content_unused on content (account_id) where messages = 0;

create table chunk (
    content_id    integer not null,
    number        integer not null,
    data          blob    not null,
    unique (content_id, number)
) strict;

create table attribute (
    account_id    integer not null,
    mailbox_id    integer not null,
    entry         text    not null,
    value         blob    not null,
    primary key (account_id, mailbox_id, entry)
) strict, without rowid;

create table script (
    account_id    integer not null,
    name          text    not null,
    text          blob    not null,
    active        integer not null,
    primary key (account_id, name)
) strict, without rowid;

create table source (
    account_id         integer not null,
    source_id          integer not null,
    connector          text    not null,
    config             blob    not null,
    sealed_credential  blob    not null,
    facts              blob    not null,
    epoch              integer not null,
    next_poll_at       integer not null,
    lease_owner        text    not null default '',
    lease_number       integer not null default 0,
    lease_until        integer not null default 0,
    primary key (account_id, source_id)
) strict, without rowid;
create index source_due on source (next_poll_at);

create table receipt (
    account_id          integer not null,
    source_id           integer not null,
    epoch               integer not null,
    uidl                blob    not null,
    occurrence          integer not null,
    state               integer not null,
    message_id          integer not null,
    size_listed         integer not null,
    header_fingerprint  blob    not null,
    first_seen          integer not null,
    last_seen           integer not null,
    missing_count       integer not null,
    missing_since       integer not null,
    stored_at           integer not null,
    delete_reason       integer not null,
    delete_since        integer not null,
    delete_attempts     integer not null,
    fail_count          integer not null,
    next_try            integer not null,
    last_error          blob    not null,
    primary key (account_id, source_id, epoch, uidl, occurrence)
) strict, without rowid;
create index receipt_message on receipt (account_id, message_id) where message_id <> 0;
)sql";

// Receipts of what is gone, by age.
constexpr const char* version_2 =
    "create index receipt_history on receipt (last_seen) where state in (6, 8, 9, 10)";

constexpr std::array<const char*, schema_version> steps{version_1, version_2};

int present_version(Database& database) {
    database.execute(
        "create table if not exists schema_info (version integer not null, applied_at integer not null) "
        "strict");
    auto query = database.query("select coalesce(max(version), 0) from schema_info");
    query.step();
    return static_cast<int>(query.integer(0));
}

}  // namespace

void migrate(Database& database) {
    Unit unit(database, Unit::Kind::write);
    const int present = present_version(database);
    if (present > schema_version) {
        fail(Errc::unsupported, "the database has schema version " + std::to_string(present) +
                                    ", this server knows up to " + std::to_string(schema_version));
    }
    for (int version = present; version < schema_version; ++version) {
        database.execute(steps[static_cast<std::size_t>(version)]);
        database.query("insert into schema_info values (?, unixepoch())").bind(version + 1).run();
    }
    unit.commit();
}

}  // namespace postern::store::sqlite
