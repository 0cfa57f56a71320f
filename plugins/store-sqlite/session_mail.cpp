#include "postern/store/prefix.hpp"
#include "store-sqlite/session.hpp"

namespace postern::store::sqlite {

namespace {

std::string_view octets_of(const ContentHash& hash) {
    return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

#define MESSAGE_COLUMNS "message_id, content, refs, unreferenced_at, record"

MessageRow message_row(const Query& query) {
    MessageRow row;
    row.id = MessageId{query.number(0)};
    const auto hash = query.octets(1);
    if (hash.size() != row.content.size()) fail(Errc::corrupt, "a content hash is not of 32 octets");
    std::copy(hash.begin(), hash.end(), row.content.begin());
    row.references = static_cast<std::int32_t>(query.integer(2));
    row.unreferenced_at = query.integer(3);
    row.record = query.text(4);
    return row;
}

/// Rows passed over in the index before a new search is the cheaper way to the next one wanted.
constexpr int skip_limit = 6;

}  // namespace

Result<std::vector<ChangeRow>> SqliteSession::read_changes(AccountId account, Modseq after,
                                                           std::size_t limit) {
    return read<std::vector<ChangeRow>>([&] {
        std::vector<ChangeRow> rows;
        auto query = database_.query(
            "select modseq, mailbox_id, first_uid, data from change where account_id = ? and modseq > ? "
            "order by modseq limit ?");
        query.bind(value_of(account), after, limit);
        while (query.step()) {
            rows.push_back({query.number(0), MailboxId{query.number(1)}, query.number32(2), query.text(3)});
        }
        return rows;
    });
}

Result<void> SqliteSession::put_snapshot(AccountId account, MailboxId mailbox, Modseq modseq,
                                         std::string_view snapshot, Modseq prune_through) {
    return write<void>([&] {
        const auto owner = value_of(account);
        const auto id = value_of(mailbox);
        if (id == 0) {
            database_
                .query(
                    "delete from change where account_id = ?1 and modseq <= ?2 and mailbox_id not in "
                    "(select mailbox_id from mailbox where account_id = ?1 and deleted_modseq = 0)")
                .bind(owner, prune_through)
                .run();
            return;
        }
        auto present = database_.query(
            "select snapshot_modseq from mailbox where account_id = ? and mailbox_id = ? and "
            "deleted_modseq = 0");
        if (!present.bind(owner, id).step()) fail(Errc::not_found, "no such mailbox");
        Modseq newest = present.number(0);
        if (modseq > newest) {
            newest = modseq;
            database_.query("update mailbox set snapshot_modseq = ? where account_id = ? and mailbox_id = ?")
                .bind(modseq, owner, id)
                .run();
            database_.query("insert or replace into snapshot (account_id, mailbox_id, data) values (?, ?, ?)")
                .bind(owner, id, Blob{snapshot})
                .run();
        }
        database_.query("delete from change where account_id = ? and mailbox_id = ? and modseq <= ?")
            .bind(owner, id, std::min(prune_through, newest))
            .run();
    });
}

Result<std::vector<MessageRow>> SqliteSession::read_messages(AccountId account,
                                                             std::span<const MessageId> ids) {
    return read<std::vector<MessageRow>>([&] {
        std::vector<MessageRow> rows;
        rows.reserve(ids.size());
        auto query =
            database_.query("select " MESSAGE_COLUMNS
                            " from message where account_id = ? and message_id >= ? order by message_id");
        // One walk through the index, with a new search where the ids leave a gap or go back.
        bool on_row = false;
        for (const MessageId id : ids) {
            for (int skipped = 0; on_row && skipped < skip_limit && query.number(0) < value_of(id);
                 ++skipped) {
                on_row = query.step();
            }
            if (!on_row || query.number(0) != value_of(id)) {
                query.reset();
                on_row = query.bind(value_of(account), value_of(id)).step();
            }
            if (on_row && query.number(0) == value_of(id)) rows.push_back(message_row(query));
        }
        return rows;
    });
}

Result<ContentSlice> SqliteSession::read_content(AccountId account, const ContentHash& hash,
                                                 std::size_t first_chunk, std::size_t count) {
    return read<ContentSlice>([&] {
        ContentSlice slice;
        auto content =
            database_.query("select content_id, size from content where account_id = ? and hash = ?");
        if (!content.bind(value_of(account), Blob{octets_of(hash)}).step()) {
            fail(Errc::not_found, "no such content");
        }
        slice.size = content.number(1);
        auto chunks = database_.query(
            "select data from chunk where content_id = ? and number >= ? order by number limit ?");
        chunks.bind(content.number(0), first_chunk, count);
        while (chunks.step()) slice.chunks.push_back(chunks.text(0));
        return slice;
    });
}

Result<std::vector<std::string>> SqliteSession::read_first_chunks(AccountId account,
                                                                  std::span<const ContentHash> hashes) {
    return read<std::vector<std::string>>([&] {
        std::vector<std::string> chunks;
        chunks.reserve(hashes.size());
        auto query = database_.query(
            "select data from content join chunk using (content_id) where account_id = ? and hash = ? and "
            "number = 0");
        for (const ContentHash& hash : hashes) {
            query.reset();
            const bool found = query.bind(value_of(account), Blob{octets_of(hash)}).step();
            chunks.push_back(found ? query.text(0) : std::string());
        }
        return chunks;
    });
}

Result<std::vector<MessageRow>> SqliteSession::list_unreferenced(AccountId account, UnixTime since,
                                                                 std::size_t limit) {
    return read<std::vector<MessageRow>>([&] {
        std::vector<MessageRow> rows;
        auto query =
            database_.query("select " MESSAGE_COLUMNS
                            " from message where account_id = ? and refs = 0 and "
                            "unreferenced_at >= ? order by unreferenced_at desc, message_id desc limit ?");
        query.bind(value_of(account), since, limit);
        while (query.step()) rows.push_back(message_row(query));
        return rows;
    });
}

Result<std::vector<Attribute>> SqliteSession::read_attributes(AccountId account,
                                                              std::optional<MailboxId> mailbox,
                                                              std::string_view entry_prefix) {
    return read<std::vector<Attribute>>([&] {
        std::vector<Attribute> rows;
        const auto end = after_prefix(entry_prefix);
        auto query = database_.query(
            !mailbox ? "select mailbox_id, entry, value from attribute where account_id = ?1 and "
                       "substr(cast(entry as blob), 1, length(?2)) = ?2 order by mailbox_id, entry"
            : end
                ? "select mailbox_id, entry, value from attribute where account_id = ?1 and mailbox_id = ?2 "
                  "and entry >= ?3 and entry < ?4 order by entry"
                : "select mailbox_id, entry, value from attribute where account_id = ?1 and mailbox_id = ?2 "
                  "and substr(cast(entry as blob), 1, length(?3)) = ?3 order by entry");
        if (!mailbox) {
            query.bind(value_of(account), Blob{entry_prefix});
        } else if (end) {
            query.bind(value_of(account), value_of(*mailbox), entry_prefix, *end);
        } else {
            query.bind(value_of(account), value_of(*mailbox), Blob{entry_prefix});
        }
        while (query.step()) rows.push_back({MailboxId{query.number(0)}, query.text(1), query.text(2)});
        return rows;
    });
}

Result<std::vector<Script>> SqliteSession::read_scripts(AccountId account) {
    return read<std::vector<Script>>([&] {
        std::vector<Script> rows;
        auto query =
            database_.query("select name, text, active from script where account_id = ? order by name");
        query.bind(value_of(account));
        while (query.step()) rows.push_back({query.text(0), query.text(1), query.integer(2) != 0});
        return rows;
    });
}

}  // namespace postern::store::sqlite
