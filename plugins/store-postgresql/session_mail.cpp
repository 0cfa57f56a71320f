#include <unordered_map>

#include "postern/store/prefix.hpp"
#include "store-postgresql/session.hpp"

namespace postern::store::postgresql {

namespace {

std::string_view octets_of(const ContentHash& hash) {
    return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

#define MESSAGE_COLUMNS "message_id, content, refs, unreferenced_at, record"

MessageRow message_row(const Rows& rows, int i) {
    MessageRow row;
    row.id = MessageId{rows.number(i, 0)};
    const auto hash = rows.octets(i, 1);
    if (hash.size() != row.content.size()) fail(Errc::corrupt, "a content hash is not of 32 octets");
    std::copy(hash.begin(), hash.end(), row.content.begin());
    row.references = static_cast<std::int32_t>(rows.integer(i, 2));
    row.unreferenced_at = rows.integer(i, 3);
    row.record = rows.text(i, 4);
    return row;
}

/// Rows by ascending id into the order asked for.
std::vector<MessageRow> in_order(const Rows& rows, std::span<const MessageId> ids) {
    std::vector<MessageRow> out;
    out.reserve(ids.size());
    int at = 0;
    const auto id_at = [&](int i) { return MessageId{rows.number(i, 0)}; };
    for (const MessageId id : ids) {
        if (at >= rows.size() || id_at(at) != id) {
            int low = 0;
            int high = rows.size();
            while (low < high) {
                const int middle = low + (high - low) / 2;
                if (id_at(middle) < id) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            at = low;
        }
        if (at < rows.size() && id_at(at) == id) out.push_back(message_row(rows, at++));
    }
    return out;
}

}  // namespace

Result<std::vector<ChangeRow>> PostgresqlSession::read_changes(AccountId account, Modseq after,
                                                               std::size_t limit) {
    return call<std::vector<ChangeRow>>([&] {
        const Rows rows = connection_.run(
            "select modseq, mailbox_id, first_uid, data from change where account_id = $1 and modseq > $2 "
            "order by modseq limit $3",
            value_of(account), after, sql_limit(limit));
        std::vector<ChangeRow> changes;
        changes.reserve(static_cast<std::size_t>(rows.size()));
        for (int i = 0; i < rows.size(); ++i) {
            changes.push_back(
                {rows.number(i, 0), MailboxId{rows.number(i, 1)}, rows.number32(i, 2), rows.text(i, 3)});
        }
        return changes;
    });
}

Result<void> PostgresqlSession::put_snapshot(AccountId account, MailboxId mailbox, Modseq modseq,
                                             std::string_view snapshot, Modseq prune_through) {
    return call<void>([&] {
        const auto owner = value_of(account);
        const auto id = value_of(mailbox);
        if (id == 0) {
            connection_.run(
                "delete from change c where account_id = $1 and modseq <= $2 and not exists (select 1 from "
                "mailbox m "
                "where m.account_id = $1 and m.mailbox_id = c.mailbox_id and m.deleted_modseq = 0)",
                owner, prune_through);
            return;
        }
        Unit unit(connection_);
        const Rows present = connection_.run(
            "select snapshot_modseq from mailbox where account_id = $1 and mailbox_id = $2 and "
            "deleted_modseq = 0 "
            "for update",
            owner, id);
        if (present.empty()) fail(Errc::not_found, "no such mailbox");
        Modseq newest = present.number(0, 0);
        if (modseq > newest) {
            newest = modseq;
            connection_.run(
                "update mailbox set snapshot_modseq = $3 where account_id = $1 and mailbox_id = $2", owner,
                id, modseq);
            connection_.run(
                "insert into snapshot (account_id, mailbox_id, data) values ($1, $2, $3) "
                "on conflict (account_id, mailbox_id) do update set data = excluded.data",
                owner, id, snapshot);
        }
        connection_.run("delete from change where account_id = $1 and mailbox_id = $2 and modseq <= $3",
                        owner, id, std::min(prune_through, newest));
        unit.commit();
    });
}

Result<std::vector<MessageRow>> PostgresqlSession::read_messages(AccountId account,
                                                                 std::span<const MessageId> ids) {
    return call<std::vector<MessageRow>>([&] {
        if (ids.empty()) return std::vector<MessageRow>();
        std::vector<std::int64_t> numbers;
        numbers.reserve(ids.size());
        for (const MessageId id : ids) numbers.push_back(static_cast<std::int64_t>(value_of(id)));
        Parameters parameters(value_of(account));
        parameters.add_array(numbers);
        return in_order(connection_.run("select " MESSAGE_COLUMNS
                                        " from message where account_id = $1 and message_id = any ($2) "
                                        "order by message_id",
                                        parameters),
                        ids);
    });
}

Result<ContentSlice> PostgresqlSession::read_content(AccountId account, const ContentHash& hash,
                                                     std::size_t first_chunk, std::size_t count) {
    return call<ContentSlice>([&] {
        ContentSlice slice;
        const auto owner = value_of(account);
        const auto key = octets_of(hash);
        const bool with_first = first_chunk == 0 && count > 0;
        const Rows content =
            with_first
                ? connection_.run("select size, data from content where account_id = $1 and hash = $2", owner,
                                  key)
                : connection_.run("select size from content where account_id = $1 and hash = $2", owner, key);
        if (content.empty()) fail(Errc::not_found, "no such content");
        slice.size = content.number(0, 0);
        if (with_first && !content.is_null(0, 1)) slice.chunks.push_back(content.text(0, 1));
        const std::size_t rest = count - (with_first ? 1 : 0);
        if (slice.size <= content_chunk_size || rest == 0) return slice;
        const Rows chunks = connection_.run(
            "select data from chunk where account_id = $1 and hash = $2 and number >= $3 order by number "
            "limit $4",
            owner, key, std::max<std::size_t>(first_chunk, 1), sql_limit(rest));
        for (int i = 0; i < chunks.size(); ++i) slice.chunks.push_back(chunks.text(i, 0));
        return slice;
    });
}

Result<std::vector<std::string>> PostgresqlSession::read_first_chunks(AccountId account,
                                                                      std::span<const ContentHash> hashes) {
    return call<std::vector<std::string>>([&] {
        std::vector<std::string> chunks(hashes.size());
        if (hashes.empty()) return chunks;
        Parameters parameters(value_of(account));
        std::vector<std::optional<std::string_view>> wanted;
        for (const ContentHash& hash : hashes) wanted.emplace_back(octets_of(hash));
        parameters.add_bytea_array(wanted);
        const Rows rows = connection_.run(
            "select hash, data from content where account_id = $1 and hash = any ($2)", parameters);
        std::unordered_map<std::string_view, int> row_of;
        for (int i = 0; i < rows.size(); ++i) row_of.emplace(rows.octets(i, 0), i);
        for (std::size_t i = 0; i < hashes.size(); ++i) {
            const auto row = row_of.find(octets_of(hashes[i]));
            if (row != row_of.end()) chunks[i] = rows.text(row->second, 1);
        }
        return chunks;
    });
}

Result<std::vector<MessageRow>> PostgresqlSession::list_unreferenced(AccountId account, UnixTime since,
                                                                     std::size_t limit) {
    return call<std::vector<MessageRow>>([&] {
        const Rows rows =
            connection_.run("select " MESSAGE_COLUMNS
                            " from message where account_id = $1 and refs = 0 and unreferenced_at >= $2 "
                            "order by unreferenced_at desc, message_id desc limit $3",
                            value_of(account), since, sql_limit(limit));
        std::vector<MessageRow> out;
        for (int i = 0; i < rows.size(); ++i) out.push_back(message_row(rows, i));
        return out;
    });
}

Result<std::vector<Attribute>> PostgresqlSession::read_attributes(AccountId account,
                                                                  std::optional<MailboxId> mailbox,
                                                                  std::string_view entry_prefix) {
    return call<std::vector<Attribute>>([&] {
        const auto end = after_prefix(entry_prefix);
        const Rows rows =
            mailbox ? connection_.run(
                          "select mailbox_id, entry, value from attribute where account_id = $1 and "
                          "mailbox_id = $2 "
                          "and entry >= $3 and entry < coalesce($4, chr(1114111)) and starts_with(entry, $3) "
                          "order by entry",
                          value_of(account), value_of(*mailbox), entry_prefix, end)
                    : connection_.run(
                          "select mailbox_id, entry, value from attribute where account_id = $1 and "
                          "starts_with(entry, $2) order by mailbox_id, entry",
                          value_of(account), entry_prefix);
        std::vector<Attribute> out;
        for (int i = 0; i < rows.size(); ++i) {
            out.push_back({MailboxId{rows.number(i, 0)}, rows.text(i, 1), rows.text(i, 2)});
        }
        return out;
    });
}

Result<std::vector<Script>> PostgresqlSession::read_scripts(AccountId account) {
    return call<std::vector<Script>>([&] {
        const Rows rows = connection_.run(
            "select name, text, active from script where account_id = $1 order by name", value_of(account));
        std::vector<Script> out;
        for (int i = 0; i < rows.size(); ++i) {
            out.push_back({rows.text(i, 0), rows.text(i, 1), rows.integer(i, 2) != 0});
        }
        return out;
    });
}

}  // namespace postern::store::postgresql
