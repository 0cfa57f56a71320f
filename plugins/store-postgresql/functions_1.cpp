#include "store-postgresql/schema_sql.hpp"

namespace postern::store::postgresql {

// postern_commit applies one Transaction (postern/store/transaction.hpp) in one call. commit_call.cpp gives the
// arguments in this order; an empty list is NULL. The answer: the account's change_seq, then the first UID of each
// change, then the messages that lost their last reference. NULL says that another writer was first, before anything
// was changed; every other failure is raised, with PM001 (conflict), PM002 (not found), PM003 (taken), PM004
// (invalid) or the code of the constraint that refused.
//
// The account's counter row is locked first, by its update, so that writers of one account follow each other and a
// modseq becomes visible only after all smaller ones. A sequence would not do: its numbers commit out of order.
const char* const functions_1 = R"sql(
create function postern_commit(
    p_account bigint, p_expected bigint, p_fence_source bigint, p_fence_number bigint, p_now bigint, p_durable boolean,
    p_rows bigint, p_used_count bigint, p_used_bytes bigint,
    p_tree_kind bigint[], p_tree_mailbox bigint[], p_tree_name text[], p_tree_use text[],
    p_tree_uidvalidity bigint[], p_tree_data bytea[],
    p_content_hash bytea[], p_content_size bigint[], p_content_uses bigint[], p_content_data bytea[],
    p_use_hash bytea[], p_use_count bigint[],
    p_message_id bigint[], p_message_content bytea[], p_message_refs bigint[], p_message_record bytea[],
    p_ref_id bigint[], p_ref_delta bigint[], p_delete_remote boolean,
    p_change_mailbox bigint[], p_change_data bytea[], p_change_uids bigint[], p_change_total bigint[],
    p_change_unseen bigint[], p_change_deleted bigint[], p_change_bytes bigint[],
    p_r_source bigint[], p_r_epoch bigint[], p_r_uidl bytea[], p_r_occurrence bigint[], p_r_from bigint[],
    p_r_state bigint[], p_r_message bigint[], p_r_size bigint[], p_r_fingerprint bytea[], p_r_first_seen bigint[],
    p_r_last_seen bigint[], p_r_missing_count bigint[], p_r_missing_since bigint[], p_r_stored_at bigint[],
    p_r_reason bigint[], p_r_delete_since bigint[], p_r_attempts bigint[], p_r_fail_count bigint[],
    p_r_next_try bigint[], p_r_error bytea[],
    p_attribute_mailbox bigint[], p_attribute_entry text[], p_attribute_value bytea[],
    p_script_kind bigint[], p_script_name text[], p_script_text bytea[], p_script_new_name text[]
) returns bigint[] language plpgsql as $body$
#variable_conflict error
declare
    v_next bigint;
    v_first bigint;
    v_count bigint;
    v_bytes bigint;
    v_mailbox bigint;
    v_uids bigint[] := '{}';
    v_lost bigint[];
    v_regained bigint[];
begin
    if not p_durable then
        perform set_config('synchronous_commit', 'off', true);
    end if;

    update account_counter
        set change_seq = change_seq + p_rows, used_count = used_count + p_used_count,
            used_bytes = used_bytes + p_used_bytes
        where account_id = p_account and (p_expected is null or change_seq = p_expected)
        returning change_seq - p_rows + 1 into v_next;
    if not found then
        if exists (select 1 from account_counter where account_id = p_account) then
            return null;
        end if;
        raise 'no such account' using errcode = 'PM002';
    end if;

    if p_fence_source is not null then
        -- Shared, so that nobody takes the lease between here and the commit.
        perform 1 from source where account_id = p_account and source_id = p_fence_source
            and lease_number = p_fence_number and lease_owner <> '' for share;
        if not found then
            raise 'the lease of the source is another''s by now' using errcode = 'PM001';
        end if;
    end if;

    for i in 1 .. coalesce(array_length(p_tree_kind, 1), 0) loop
        v_mailbox := p_tree_mailbox[i];
        insert into change (account_id, modseq, mailbox_id, first_uid, data)
            values (p_account, v_next, v_mailbox, 0, p_tree_data[i]);
        case p_tree_kind[i]
        when 1 then  -- create
            if exists (select 1 from mailbox where account_id = p_account and uidvalidity = p_tree_uidvalidity[i]) then
                raise 'UIDVALIDITY % has been given before', p_tree_uidvalidity[i] using errcode = 'PM001';
            end if;
            insert into mailbox (account_id, mailbox_id, name, uidvalidity, highest_modseq, created_modseq, special_use)
                values (p_account, v_mailbox, p_tree_name[i], p_tree_uidvalidity[i], v_next, v_next, p_tree_use[i]);
        when 2 then  -- rename
            update mailbox set name = p_tree_name[i], highest_modseq = v_next
                where account_id = p_account and mailbox_id = v_mailbox and deleted_modseq = 0;
            if not found then raise 'no such mailbox' using errcode = 'PM002'; end if;
        when 3 then  -- delete
            select total, bytes into v_count, v_bytes from mailbox
                where account_id = p_account and mailbox_id = v_mailbox and deleted_modseq = 0;
            if not found then raise 'no such mailbox' using errcode = 'PM002'; end if;
            update mailbox set deleted_modseq = v_next, highest_modseq = v_next, total = 0, unseen = 0, deleted = 0,
                    bytes = 0, snapshot_modseq = 0
                where account_id = p_account and mailbox_id = v_mailbox;
            update account_counter set used_count = used_count - v_count, used_bytes = used_bytes - v_bytes
                where account_id = p_account;
            delete from snapshot where account_id = p_account and mailbox_id = v_mailbox;
            delete from attribute where account_id = p_account and mailbox_id = v_mailbox;
        when 4 then  -- special use
            update mailbox set special_use = p_tree_use[i], highest_modseq = v_next
                where account_id = p_account and mailbox_id = v_mailbox and deleted_modseq = 0;
            if not found then raise 'no such mailbox' using errcode = 'PM002'; end if;
        when 5 then  -- subscribe
            insert into subscription (account_id, name) values (p_account, p_tree_name[i]) on conflict do nothing;
        when 6 then  -- unsubscribe
            delete from subscription where account_id = p_account and name = p_tree_name[i];
        end case;
        v_next := v_next + 1;
    end loop;

    if p_content_hash is not null then
        insert into content as c (account_id, hash, size, messages, data)
            select p_account, n.hash, n.size, n.uses, n.data
            from unnest(p_content_hash, p_content_size, p_content_uses, p_content_data) as n (hash, size, uses, data)
            on conflict (account_id, hash) do update set messages = c.messages + excluded.messages;
    end if;
    if p_use_hash is not null then
        update content c set messages = c.messages + n.uses
            from unnest(p_use_hash, p_use_count) as n (hash, uses) where c.account_id = p_account and c.hash = n.hash;
        get diagnostics v_count = row_count;
        if v_count <> array_length(p_use_hash, 1) then
            raise 'the content of a message is not stored' using errcode = 'PM002';
        end if;
    end if;
    if p_message_id is not null then
        insert into message (account_id, message_id, content, refs, unreferenced_at, record)
            select p_account, n.id, n.content, n.refs, case when n.refs = 0 then p_now else 0 end, n.record
            from unnest(p_message_id, p_message_content, p_message_refs, p_message_record)
                as n (id, content, refs, record);
    end if;

    if p_ref_id is not null then
        with touched as (
            update message m set refs = m.refs + n.delta,
                    unreferenced_at = case when m.refs + n.delta = 0 then p_now else 0 end
                from unnest(p_ref_id, p_ref_delta) as n (id, delta)
                where m.account_id = p_account and m.message_id = n.id
                returning m.message_id, m.refs, n.delta)
        select count(*), array_agg(t.message_id order by t.message_id) filter (where t.refs = 0),
                array_agg(t.message_id) filter (where t.refs = t.delta)
            into v_count, v_lost, v_regained from touched t;
        if v_count <> array_length(p_ref_id, 1) then
            raise 'no such message' using errcode = 'PM002';
        end if;
        if v_lost is not null and p_delete_remote then  -- stored or suspect become delete_wanted
            update receipt set state = 4, delete_reason = 1, delete_since = p_now, delete_attempts = 0
                where account_id = p_account and message_id = any (v_lost) and message_id <> 0 and state in (3, 7);
        end if;
        if v_regained is not null then  -- delete_wanted become stored
            update receipt set state = 3, delete_reason = 0, delete_since = 0
                where account_id = p_account and message_id = any (v_regained) and message_id <> 0 and state = 4;
        end if;
    end if;

    for i in 1 .. coalesce(array_length(p_change_mailbox, 1), 0) loop
        v_first := 0;
        v_mailbox := p_change_mailbox[i];
        if v_mailbox <> 0 then
            update mailbox set uidnext = uidnext + p_change_uids[i], highest_modseq = v_next,
                    total = total + p_change_total[i], unseen = unseen + p_change_unseen[i],
                    deleted = deleted + p_change_deleted[i], bytes = bytes + p_change_bytes[i]
                where account_id = p_account and mailbox_id = v_mailbox and deleted_modseq = 0
                returning case when p_change_uids[i] = 0 then 0 else uidnext - p_change_uids[i] end into v_first;
            if not found then raise 'no such mailbox' using errcode = 'PM002'; end if;
        end if;
        insert into change (account_id, modseq, mailbox_id, first_uid, data)
            values (p_account, v_next, v_mailbox, v_first, p_change_data[i]);
        v_uids := v_uids || v_first;
        v_next := v_next + 1;
    end loop;

    if p_r_source is not null then
        if exists (select 1 from unnest(p_r_source) as n (source_id)
                   left join source s on s.account_id = p_account and s.source_id = n.source_id
                   where s.source_id is null) then
            raise 'no such source' using errcode = 'PM002';
        end if;
        if exists (select 1 from unnest(p_r_source, p_r_epoch, p_r_uidl, p_r_occurrence, p_r_from)
                       as n (source_id, epoch, uidl, occurrence, allowed)
                   left join receipt r on r.account_id = p_account and r.source_id = n.source_id
                       and r.epoch = n.epoch and r.uidl = n.uidl and r.occurrence = n.occurrence
                   where n.allowed <> 65535 and (1 << coalesce(r.state, 0)) & n.allowed = 0) then
            raise 'the receipt is in another state' using errcode = 'PM001';
        end if;
        insert into receipt as r (account_id, source_id, epoch, uidl, occurrence, state, message_id, size_listed,
                header_fingerprint, first_seen, last_seen, missing_count, missing_since, stored_at, delete_reason,
                delete_since, delete_attempts, fail_count, next_try, last_error)
            select p_account, n.* from unnest(p_r_source, p_r_epoch, p_r_uidl, p_r_occurrence, p_r_state, p_r_message,
                p_r_size, p_r_fingerprint, p_r_first_seen, p_r_last_seen, p_r_missing_count, p_r_missing_since,
                p_r_stored_at, p_r_reason, p_r_delete_since, p_r_attempts, p_r_fail_count, p_r_next_try,
                p_r_error) as n
            on conflict (account_id, source_id, epoch, uidl, occurrence) do update set
                state = excluded.state, message_id = excluded.message_id, size_listed = excluded.size_listed,
                header_fingerprint = excluded.header_fingerprint, first_seen = excluded.first_seen,
                last_seen = excluded.last_seen, missing_count = excluded.missing_count,
                missing_since = excluded.missing_since, stored_at = excluded.stored_at,
                delete_reason = excluded.delete_reason, delete_since = excluded.delete_since,
                delete_attempts = excluded.delete_attempts, fail_count = excluded.fail_count,
                next_try = excluded.next_try, last_error = excluded.last_error;
    end if;

    for i in 1 .. coalesce(array_length(p_attribute_mailbox, 1), 0) loop
        v_mailbox := p_attribute_mailbox[i];
        if p_attribute_value[i] is null then
            delete from attribute
                where account_id = p_account and mailbox_id = v_mailbox and entry = p_attribute_entry[i];
            continue;
        end if;
        if v_mailbox <> 0 and not exists (select 1 from mailbox where account_id = p_account
                and mailbox_id = v_mailbox and deleted_modseq = 0) then
            raise 'no such mailbox' using errcode = 'PM002';
        end if;
        insert into attribute (account_id, mailbox_id, entry, value)
            values (p_account, v_mailbox, p_attribute_entry[i], p_attribute_value[i])
            on conflict (account_id, mailbox_id, entry) do update set value = excluded.value;
    end loop;

    for i in 1 .. coalesce(array_length(p_script_kind, 1), 0) loop
        case p_script_kind[i]
        when 0 then  -- put
            insert into script (account_id, name, text, active)
                values (p_account, p_script_name[i], p_script_text[i], false)
                on conflict (account_id, name) do update set text = excluded.text;
        when 1 then  -- remove
            delete from script where account_id = p_account and name = p_script_name[i];
        when 2 then  -- activate
            update script set active = false where account_id = p_account and active;
            if p_script_name[i] = '' then continue; end if;
            update script set active = true where account_id = p_account and name = p_script_name[i];
        when 3 then  -- rename
            update script set name = p_script_new_name[i] where account_id = p_account and name = p_script_name[i];
        end case;
        if not found then raise 'no such script' using errcode = 'PM002'; end if;
    end loop;

    return array[v_next - 1] || v_uids || coalesce(v_lost, '{}');
end
$body$;

-- One account's part of StoreSession::purge: deletes at most p_limit messages without references since before p_before,
-- and the contents nothing uses. Answers how many of each.
create function postern_purge(p_account bigint, p_before bigint, p_limit bigint) returns bigint[] language plpgsql
as $body$
declare
    v_messages bigint;
    v_contents bigint;
begin
    -- Deliveries of the same content wait, or find it gone.
    perform 1 from account_counter where account_id = p_account for update;
    with doomed as (
        select m.message_id from message m where m.account_id = p_account and m.refs = 0
            and m.unreferenced_at < p_before order by m.unreferenced_at limit p_limit),
    gone as (
        delete from message m using doomed d where m.account_id = p_account and m.message_id = d.message_id
            returning m.content),
    uses as (select g.content, count(*) as uses from gone g group by g.content),
    freed as (
        update content c set messages = c.messages - u.uses from uses u
            where c.account_id = p_account and c.hash = u.content returning 1)
    select (select count(*) from gone), (select count(*) from freed) into v_messages, v_contents;
    delete from chunk k using content c
        where c.account_id = p_account and c.messages = 0 and k.account_id = p_account and k.hash = c.hash;
    delete from content where account_id = p_account and messages = 0;
    get diagnostics v_contents = row_count;
    return array[v_messages, v_contents];
end
$body$;
)sql";

}  // namespace postern::store::postgresql
