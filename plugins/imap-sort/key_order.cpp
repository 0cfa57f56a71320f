#include "key_order.hpp"

#include <algorithm>

#include "postern/imap/ext/engine.hpp"
#include "postern/imap/ext/session.hpp"
#include "postern/mime/decode.hpp"

namespace postern::imap {

namespace {

/// Records that are in memory at once. Each chunk is one store call.
constexpr std::size_t chunk_size = 8192;

/// The first octets as a number that compares as they do.
std::uint64_t first_octets(std::string_view text) {
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < 8; ++i) {
        number = number << 8 | (i < text.size() ? static_cast<unsigned char>(text[i]) : 0);
    }
    return number;
}

}  // namespace

KeyColumn::KeyColumn(SortCriterion criterion, std::size_t rows)
    : criterion_(criterion), is_text_(criterion.key->is_text()) {
    ranks_.reserve(rows);
    if (is_text_) ends_.reserve(rows);
}

void KeyColumn::add(Session& session, const FetchedMessage& message) {
    std::uint64_t rank = 0;
    if (is_text_) {
        const std::size_t begin = texts_.size();
        mime::append_folded(criterion_.key->text(message), texts_);
        ends_.push_back(texts_.size());
        rank = first_octets(std::string_view(texts_).substr(begin));
    } else {
        // The sign turned over: negative numbers come first.
        rank =
            static_cast<std::uint64_t>(criterion_.key->number(session, message)) ^ (std::uint64_t{1} << 63);
    }
    ranks_.push_back(criterion_.reverse ? ~rank : rank);
}

std::string_view KeyColumn::text(std::uint32_t row) const {
    const std::uint64_t begin = row == 0 ? 0 : ends_[row - 1];
    return std::string_view(texts_).substr(begin, ends_[row] - begin);
}

int KeyColumn::compare(std::uint32_t a, std::uint32_t b) const {
    if (ranks_[a] != ranks_[b]) return ranks_[a] < ranks_[b] ? -1 : 1;
    if (!is_text_) return 0;
    const int order = text(a).compare(text(b));
    return criterion_.reverse ? -order : order;
}

bool KeyOrder::needs_records() const {
    return std::ranges::any_of(criteria_,
                               [](const SortCriterion& c) { return c.key->need() == Need::record; });
}

Task<Result<void>> KeyOrder::fill(Session* session, const std::vector<mail::Slot>* slots,
                                  KeyTable* table) const {
    const bool records = needs_records();
    for (std::size_t begin = 0; begin < slots->size(); begin += chunk_size) {
        const std::size_t end = std::min(slots->size(), begin + chunk_size);
        std::vector<mail::StoredMessagePtr> stored;
        if (records) {
            std::vector<mail::Slot> chunk(slots->begin() + static_cast<std::ptrdiff_t>(begin),
                                          slots->begin() + static_cast<std::ptrdiff_t>(end));
            auto loaded = co_await session->engine().load(session, std::move(chunk));
            if (!loaded) co_return loaded.error();
            stored = std::move(*loaded);
        }
        const mail::Columns columns = session->selected()->mailbox->columns();
        FetchedMessage message;
        message.mailbox = session->selected()->mailbox.get();
        message.columns = &columns;
        for (std::size_t i = begin; i < end; ++i) {
            if (records) message.stored = std::move(stored[i - begin]);
            if (records && !message.stored) continue;
            message.slot = (*slots)[i];
            message.uid = columns.uid[message.slot];
            for (KeyColumn& key : table->keys) key.add(*session, message);
            table->slots.push_back(message.slot);
        }
        session->progress(end, slots->size());
    }
    co_return Result<void>();
}

std::vector<mail::Slot> KeyTable::sorted() const {
    struct Row {
        std::uint64_t rank;  ///< by the first key: decides nearly always
        std::uint32_t index;
    };
    std::vector<Row> rows(slots.size());
    for (std::uint32_t i = 0; i < rows.size(); ++i) rows[i] = {keys.front().rank(i), i};
    std::ranges::sort(rows, [this](const Row& a, const Row& b) {
        if (a.rank != b.rank) return a.rank < b.rank;
        for (const KeyColumn& key : keys) {
            if (const int order = key.compare(a.index, b.index); order != 0) return order < 0;
        }
        return a.index < b.index;
    });
    std::vector<mail::Slot> result;
    result.reserve(rows.size());
    for (const Row& row : rows) result.push_back(slots[row.index]);
    return result;
}

Task<Result<void>> KeyOrder::sort(Session* session, std::vector<mail::Slot>* slots) {
    if (slots->size() < 2) co_return Result<void>();
    // Messages that compare equal stay in the mailbox's order.
    std::ranges::sort(*slots);
    KeyTable table;
    table.slots.reserve(slots->size());
    for (const SortCriterion& criterion : criteria_) table.keys.emplace_back(criterion, slots->size());
    auto filled = co_await fill(session, slots, &table);
    if (!filled) co_return filled.error();
    *slots = table.sorted();
    co_return Result<void>();
}

}  // namespace postern::imap
