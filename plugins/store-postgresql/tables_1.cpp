#include "store-postgresql/schema_sql.hpp"

namespace postern::store::postgresql {

// Every primary key is led by account_id, so that Citus or plain sharding fits; the login is the only other way in.
// Names are text in octet order, opaque octets bytea. Large values are stored EXTERNAL: the kernel compresses them, and
// PostgreSQL's own attempt costs more than the insert itself. The counters are in tables of their own with room in
// each page, so that their updates stay heap-only. Constraints refuse what a defect would otherwise make permanent.
const char* const tables_1 = R"sql(
create table account (
    account_id  bigint primary key,
    login       text collate "C" not null unique,
    secret      text collate "C" not null,
    settings    bytea not null
);

create table account_counter (
    account_id  bigint primary key,
    change_seq  bigint not null default 0,
    used_bytes  bigint not null default 0 check (used_bytes >= 0),
    used_count  bigint not null default 0 check (used_count >= 0)
) with (fillfactor = 50);

create table mailbox (
    account_id       bigint not null,
    mailbox_id       bigint not null check (mailbox_id <> 0),
    name             text collate "C" not null,
    uidvalidity      bigint not null,
    uidnext          bigint not null default 1 check (uidnext between 1 and 4294967295),
    highest_modseq   bigint not null,
    created_modseq   bigint not null,
    deleted_modseq   bigint not null default 0,
    total            bigint not null default 0 check (total >= 0),
    unseen           bigint not null default 0 check (unseen >= 0),
    deleted          bigint not null default 0 check (deleted >= 0),
    bytes            bigint not null default 0 check (bytes >= 0),
    special_use      text collate "C" not null,
    snapshot_modseq  bigint not null default 0,
    primary key (account_id, mailbox_id)
) with (fillfactor = 50);
create unique index mailbox_name on mailbox (account_id, name) where deleted_modseq = 0;
create unique index mailbox_uidvalidity on mailbox (account_id, uidvalidity);

create table subscription (
    account_id  bigint not null,
    name        text collate "C" not null,
    primary key (account_id, name)
);

create table snapshot (
    account_id  bigint not null,
    mailbox_id  bigint not null,
    data        bytea not null,
    primary key (account_id, mailbox_id)
);
alter table snapshot alter data set storage external;

create table change (
    account_id  bigint not null,
    modseq      bigint not null,
    mailbox_id  bigint not null,
    first_uid   bigint not null,
    data        bytea not null,
    primary key (account_id, modseq)
);
create index change_mailbox on change (account_id, mailbox_id, modseq);
alter table change alter data set storage external;

create table message (
    account_id       bigint not null,
    message_id       bigint not null,
    content          bytea not null,
    refs             integer not null check (refs >= 0),
    unreferenced_at  bigint not null,
    record           bytea not null,
    primary key (account_id, message_id)
) with (toast_tuple_target = 4080);
create index message_unreferenced on message (account_id, unreferenced_at) where refs = 0;
alter table message alter record set storage external;

-- The first chunk is in the content's row, the others in rows of their own.
create table content (
    account_id  bigint not null,
    hash        bytea not null,
    size        bigint not null,
    messages    bigint not null check (messages >= 0),
    data        bytea,
    primary key (account_id, hash)
);
create index content_unused on content (account_id) where messages = 0;
alter table content alter data set storage external;

create table chunk (
    account_id  bigint not null,
    hash        bytea not null,
    number      bigint not null,
    data        bytea not null,
    primary key (account_id, hash, number)
);
alter table chunk alter data set storage external;

create table attribute (
    account_id  bigint not null,
    mailbox_id  bigint not null,
    entry       text collate "C" not null,
    value       bytea not null,
    primary key (account_id, mailbox_id, entry)
);

create table script (
    account_id  bigint not null,
    name        text collate "C" not null,
    text        bytea not null,
    active      boolean not null,
    primary key (account_id, name)
);

create table source (
    account_id         bigint not null,
    source_id          bigint not null,
    connector          text collate "C" not null,
    config             bytea not null,
    sealed_credential  bytea not null,
    facts              bytea not null,
    epoch              bigint not null,
    next_poll_at       bigint not null,
    lease_owner        text collate "C" not null default '',
    lease_number       bigint not null default 0,
    lease_until        bigint not null default 0,
    primary key (account_id, source_id)
) with (fillfactor = 70);
create index source_due on source (next_poll_at);

create table receipt (
    account_id          bigint not null,
    source_id           bigint not null,
    epoch               bigint not null,
    uidl                bytea not null,
    occurrence          bigint not null,
    state               integer not null,
    message_id          bigint not null,
    size_listed         bigint not null,
    header_fingerprint  bytea not null,
    first_seen          bigint not null,
    last_seen           bigint not null,
    missing_count       bigint not null,
    missing_since       bigint not null,
    stored_at           bigint not null,
    delete_reason       smallint not null,
    delete_since        bigint not null,
    delete_attempts     bigint not null,
    fail_count          bigint not null,
    next_try            bigint not null,
    last_error          bytea not null,
    primary key (account_id, source_id, epoch, uidl, occurrence)
) with (fillfactor = 80);
create index receipt_message on receipt (account_id, message_id) where message_id <> 0;
)sql";

}  // namespace postern::store::postgresql
