// The part of TransactionWriter that keeps contents, messages and their references.
#include "store-sqlite/transaction_writer.hpp"

namespace postern::store::sqlite {

namespace {

Blob blob_of(const ContentHash& hash) {
    return {{reinterpret_cast<const char*>(hash.data()), hash.size()}};
}

}  // namespace

void TransactionWriter::write_messages() {
    std::map<ContentHash, std::int64_t> uses;
    for (const NewMessage& message : transaction_.messages) ++uses[message.content];
    write_contents(uses);

    std::map<MessageId, std::int64_t> deltas;
    for (const ReferenceChange& change : transaction_.references) deltas[change.message] += change.delta;
    for (const NewMessage& message : transaction_.messages) {
        const auto delta = deltas.find(message.id);
        insert_message(message, delta == deltas.end() ? 0 : delta->second);
        if (delta != deltas.end()) deltas.erase(delta);
    }
    for (const auto& [message, delta] : deltas) {
        if (delta != 0) change_references(message, delta);
    }
}

void TransactionWriter::write_contents(const std::map<ContentHash, std::int64_t>& uses) {
    std::map<ContentHash, std::int64_t> open = uses;
    for (const Content& content : transaction_.contents) {
        const auto found = open.find(content.hash);
        write_content(content, found == open.end() ? 0 : found->second);
        if (found != open.end()) open.erase(found);
    }
    for (const auto& [hash, count] : open) {
        database_.query("update content set messages = messages + ? where account_id = ? and hash = ?")
            .bind(count, account_, blob_of(hash))
            .run();
        if (database_.changes() == 0) fail(Errc::not_found, "the content of a message is not stored");
    }
}

void TransactionWriter::write_content(const Content& content, std::int64_t uses) {
    auto present = database_.query("select content_id from content where account_id = ? and hash = ?");
    if (present.bind(account_, blob_of(content.hash)).step()) {
        if (uses == 0) return;
        database_.query("update content set messages = messages + ? where content_id = ?")
            .bind(uses, present.integer(0))
            .run();
        return;
    }
    database_.query("insert into content (account_id, hash, size, messages) values (?, ?, ?, ?)")
        .bind(account_, blob_of(content.hash), content.size, uses)
        .run();
    const std::int64_t id = sqlite3_last_insert_rowid(database_.handle());
    std::uint64_t number = 0;
    for (const std::string& chunk : content.chunks) {
        database_.query("insert into chunk (content_id, number, data) values (?, ?, ?)")
            .bind(id, number++, Blob{chunk})
            .run();
    }
}

void TransactionWriter::insert_message(const NewMessage& message, std::int64_t references) {
    const UnixTime unreferenced_at = references == 0 ? transaction_.now : 0;
    database_
        .query(
            "insert into message (account_id, message_id, content, refs, unreferenced_at, record) "
            "values (?, ?, ?, ?, ?, ?)")
        .bind(account_, value_of(message.id), blob_of(message.content), references, unreferenced_at,
              Blob{message.record})
        .run();
}

void TransactionWriter::change_references(MessageId message, std::int64_t delta) {
    std::int64_t before = 0;
    {
        auto query = database_.query("select refs from message where account_id = ? and message_id = ?");
        if (!query.bind(account_, value_of(message)).step()) fail(Errc::not_found, "no such message");
        before = query.integer(0);
    }
    const std::int64_t after = before + delta;
    database_
        .query("update message set refs = ?, unreferenced_at = ? where account_id = ? and message_id = ?")
        .bind(after, after == 0 ? transaction_.now : UnixTime{0}, account_, value_of(message))
        .run();
    if (after == 0) lost_last(message);
    if (before == 0) regained(message);
}

void TransactionWriter::lost_last(MessageId message) {
    result_.unreferenced.push_back(message);
    if (transaction_.last_copy == LastCopy::keep_remote) return;
    database_
        .query(
            "update receipt set state = ?3, delete_reason = ?4, delete_since = ?5, delete_attempts = 0 "
            "where account_id = ?1 and message_id = ?2 and message_id <> 0 and state in (?6, ?7)")
        .bind(account_, value_of(message), static_cast<int>(ReceiptState::delete_wanted),
              static_cast<int>(DeleteReason::last_copy), transaction_.now,
              static_cast<int>(ReceiptState::stored), static_cast<int>(ReceiptState::suspect))
        .run();
}

void TransactionWriter::regained(MessageId message) {
    database_
        .query(
            "update receipt set state = ?3, delete_reason = 0, delete_since = 0 "
            "where account_id = ?1 and message_id = ?2 and message_id <> 0 and state = ?4")
        .bind(account_, value_of(message), static_cast<int>(ReceiptState::stored),
              static_cast<int>(ReceiptState::delete_wanted))
        .run();
}

}  // namespace postern::store::sqlite
