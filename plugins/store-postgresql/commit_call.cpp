#include "store-postgresql/commit_call.hpp"

#include <map>

#include "postern/store/check.hpp"

namespace postern::store::postgresql {

namespace {

constexpr const char* commit_sql =
    "select postern_commit($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, "
    "$19, $20, "
    "$21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40, "
    "$41, $42, $43, "
    "$44, $45, $46, $47, $48, $49, $50, $51, $52, $53, $54, $55, $56, $57, $58, $59, $60, $61, $62)";

// Only where the content is stored, and not yet: a transaction that found another writer first stores nothing.
constexpr const char* chunk_sql =
    "insert into chunk (account_id, hash, number, data) select $1, $2, $3, $4 where exists "
    "(select 1 from content where account_id = $1 and hash = $2) on conflict do nothing";

using Integers = std::vector<std::int64_t>;
using Octets = std::vector<std::optional<std::string_view>>;

template <class Id>
std::int64_t number_of(Id id) {
    return static_cast<std::int64_t>(value_of(id));
}

std::string_view octets_of(const ContentHash& hash) {
    return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

void add_head(Parameters& out, const Transaction& transaction, bool durable) {
    CounterDelta usage;
    for (const NewChange& change : transaction.changes) {
        usage.total += change.counters.total;
        usage.bytes += change.counters.bytes;
    }
    const std::size_t rows = transaction.creates.size() + transaction.renames.size() +
                             transaction.deletes.size() + transaction.special_uses.size() +
                             transaction.subscriptions.size() + transaction.changes.size();
    out.add(number_of(transaction.account));
    out.add(transaction.expected_seq);
    out.add(transaction.fence ? std::optional(value_of(transaction.fence->source)) : std::nullopt);
    out.add(transaction.fence ? std::optional(transaction.fence->number) : std::nullopt);
    out.add(transaction.now);
    out.add(durable);
    out.add(static_cast<std::int64_t>(rows));
    out.add(usage.total);
    out.add(usage.bytes);
}

void add_tree(Parameters& out, const Transaction& transaction) {
    Integers kinds, mailboxes, uidvalidities;
    Octets names, uses, data;
    const auto row = [&](std::int64_t kind, MailboxId mailbox, std::string_view name, std::string_view use,
                         std::uint32_t uidvalidity, std::string_view octets) {
        kinds.push_back(kind);
        mailboxes.push_back(number_of(mailbox));
        names.emplace_back(name);
        uses.emplace_back(use);
        uidvalidities.push_back(uidvalidity);
        data.emplace_back(octets);
    };
    for (const auto& i : transaction.creates) row(1, i.id, i.name, i.special_use, i.uidvalidity, i.data);
    for (const auto& i : transaction.renames) row(2, i.id, i.name, "", 0, i.data);
    for (const auto& i : transaction.deletes) row(3, i.id, "", "", 0, i.data);
    for (const auto& i : transaction.special_uses) row(4, i.id, "", i.special_use, 0, i.data);
    for (const auto& i : transaction.subscriptions)
        row(i.subscribed ? 5 : 6, MailboxId{}, i.name, "", 0, i.data);
    out.add_array(kinds);
    out.add_array(mailboxes);
    out.add_text_array(names);
    out.add_text_array(uses);
    out.add_array(uidvalidities);
    out.add_bytea_array(data);
}

void add_contents(Parameters& out, const Transaction& transaction) {
    std::map<ContentHash, std::int64_t> uses;
    for (const NewMessage& message : transaction.messages) ++uses[message.content];
    Octets hashes, first_chunks;
    Integers sizes, counts;
    std::map<ContentHash, bool> given;
    for (const Content& content : transaction.contents) {
        if (!given.emplace(content.hash, true).second) continue;
        const auto used = uses.find(content.hash);
        hashes.emplace_back(octets_of(content.hash));
        sizes.push_back(static_cast<std::int64_t>(content.size));
        counts.push_back(used == uses.end() ? 0 : used->second);
        if (used != uses.end()) uses.erase(used);
        first_chunks.push_back(
            content.chunks.empty() ? std::nullopt : std::optional<std::string_view>(content.chunks.front()));
    }
    out.add_bytea_array(hashes);
    out.add_array(sizes);
    out.add_array(counts);
    out.add_bytea_array(first_chunks);
    hashes.clear();
    counts.clear();
    for (const auto& [hash, count] : uses) {
        hashes.emplace_back(octets_of(hash));
        counts.push_back(count);
    }
    out.add_bytea_array(hashes);
    out.add_array(counts);
}

void add_messages(Parameters& out, const Transaction& transaction) {
    std::map<MessageId, std::int64_t> deltas;
    for (const ReferenceChange& change : transaction.references) deltas[change.message] += change.delta;
    Integers ids, refs;
    Octets contents, records;
    for (const NewMessage& message : transaction.messages) {
        const auto delta = deltas.find(message.id);
        ids.push_back(number_of(message.id));
        contents.emplace_back(octets_of(message.content));
        refs.push_back(delta == deltas.end() ? 0 : delta->second);
        records.emplace_back(message.record);
        if (delta != deltas.end()) deltas.erase(delta);
    }
    out.add_array(ids);
    out.add_bytea_array(contents);
    out.add_array(refs);
    out.add_bytea_array(records);
    ids.clear();
    refs.clear();
    for (const auto& [message, delta] : deltas) {
        if (delta == 0) continue;
        ids.push_back(number_of(message));
        refs.push_back(delta);
    }
    out.add_array(ids);
    out.add_array(refs);
    out.add(transaction.last_copy == LastCopy::delete_remote);
}

template <class Member>
void add_column(Parameters& out, const std::vector<NewChange>& changes, Member member) {
    Integers values;
    values.reserve(changes.size());
    for (const NewChange& change : changes) values.push_back(member(change));
    out.add_array(values);
}

void add_changes(Parameters& out, const std::vector<NewChange>& changes) {
    Octets data;
    for (const NewChange& change : changes) data.emplace_back(change.data);
    add_column(out, changes, [](const NewChange& c) { return number_of(c.mailbox); });
    out.add_bytea_array(data);
    add_column(out, changes, [](const NewChange& c) { return std::int64_t{c.uids}; });
    add_column(out, changes, [](const NewChange& c) { return c.counters.total; });
    add_column(out, changes, [](const NewChange& c) { return c.counters.unseen; });
    add_column(out, changes, [](const NewChange& c) { return c.counters.deleted; });
    add_column(out, changes, [](const NewChange& c) { return c.counters.bytes; });
}

template <class Member>
void add_column(Parameters& out, const std::vector<ReceiptWrite>& writes, Member member) {
    Integers values;
    values.reserve(writes.size());
    for (const ReceiptWrite& write : writes)
        values.push_back(static_cast<std::int64_t>(member(write.receipt)));
    out.add_array(values);
}

void add_octet_column(Parameters& out, const std::vector<ReceiptWrite>& writes,
                      std::string Receipt::*member) {
    Octets values;
    values.reserve(writes.size());
    for (const ReceiptWrite& write : writes) values.emplace_back(write.receipt.*member);
    out.add_bytea_array(values);
}

void add_receipts(Parameters& out, const std::vector<ReceiptWrite>& writes) {
    using R = const Receipt&;
    Integers from;
    for (const ReceiptWrite& write : writes) from.push_back(write.from);
    add_column(out, writes, [](R r) { return value_of(r.source); });
    add_column(out, writes, [](R r) { return r.epoch; });
    add_octet_column(out, writes, &Receipt::uidl);
    add_column(out, writes, [](R r) { return r.occurrence; });
    out.add_array(from);
    add_column(out, writes, [](R r) { return r.state; });
    add_column(out, writes, [](R r) { return value_of(r.message); });
    add_column(out, writes, [](R r) { return r.size_listed; });
    add_octet_column(out, writes, &Receipt::header_fingerprint);
    add_column(out, writes, [](R r) { return r.first_seen; });
    add_column(out, writes, [](R r) { return r.last_seen; });
    add_column(out, writes, [](R r) { return r.missing_count; });
    add_column(out, writes, [](R r) { return r.missing_since; });
    add_column(out, writes, [](R r) { return r.stored_at; });
    add_column(out, writes, [](R r) { return r.delete_reason; });
    add_column(out, writes, [](R r) { return r.delete_since; });
    add_column(out, writes, [](R r) { return r.delete_attempts; });
    add_column(out, writes, [](R r) { return r.fail_count; });
    add_column(out, writes, [](R r) { return r.next_try; });
    add_octet_column(out, writes, &Receipt::last_error);
}

void add_details(Parameters& out, const Transaction& transaction) {
    Integers numbers;
    Octets entries, values, new_names;
    for (const AttributeWrite& write : transaction.attributes) {
        numbers.push_back(number_of(write.attribute.mailbox));
        entries.emplace_back(write.attribute.entry);
        values.push_back(write.remove ? std::nullopt
                                      : std::optional<std::string_view>(write.attribute.value));
    }
    out.add_array(numbers);
    out.add_text_array(entries);
    out.add_bytea_array(values);
    numbers.clear();
    entries.clear();
    values.clear();
    for (const ScriptWrite& write : transaction.scripts) {
        numbers.push_back(static_cast<std::int64_t>(write.kind));
        entries.emplace_back(write.name);
        values.emplace_back(write.text);
        new_names.emplace_back(write.new_name);
    }
    out.add_array(numbers);
    out.add_text_array(entries);
    out.add_bytea_array(values);
    out.add_text_array(new_names);
}

void add_chunks(std::vector<Connection::Step>& steps, const Transaction& transaction) {
    for (const Content& content : transaction.contents) {
        for (std::size_t number = 1; number < content.chunks.size(); ++number) {
            steps.push_back(
                {chunk_sql, Parameters(value_of(transaction.account), octets_of(content.hash),
                                       static_cast<std::int64_t>(number), content.chunks[number])});
        }
    }
}

}  // namespace

std::vector<Connection::Step> commit_steps(const Transaction& transaction, bool durable) {
    const auto sound = check(transaction);
    if (!sound) fail(sound.error().code, sound.error().text);
    std::vector<Connection::Step> steps(1);
    steps[0].sql = commit_sql;
    Parameters& out = steps[0].parameters;
    add_head(out, transaction, durable);
    add_tree(out, transaction);
    add_contents(out, transaction);
    add_messages(out, transaction);
    add_changes(out, transaction.changes);
    add_receipts(out, transaction.receipts);
    add_details(out, transaction);
    add_chunks(steps, transaction);
    return steps;
}

CommitResult read_commit(const Transaction& transaction, const Rows& rows) {
    if (rows.size() != 1) fail(Errc::internal, "postern_commit gave no answer");
    if (rows.is_null(0, 0)) fail(Errc::conflict, "another writer was first");
    const auto values = rows.integers(0, 0);
    const std::size_t changes = transaction.changes.size();
    if (values.size() < 1 + changes) fail(Errc::internal, "postern_commit gave too short an answer");
    const std::size_t count = transaction.creates.size() + transaction.renames.size() +
                              transaction.deletes.size() + transaction.special_uses.size() +
                              transaction.subscriptions.size() + changes;
    CommitResult result;
    result.last_modseq = static_cast<Modseq>(values[0]);
    result.first_modseq = result.last_modseq + 1 - count;
    for (std::size_t i = 1; i <= changes; ++i) result.first_uids.push_back(static_cast<Uid>(values[i]));
    for (std::size_t i = 1 + changes; i < values.size(); ++i) {
        result.unreferenced.push_back(MessageId{static_cast<std::uint64_t>(values[i])});
    }
    return result;
}

}  // namespace postern::store::postgresql
