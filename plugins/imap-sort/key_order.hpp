#pragma once
// Sorts messages by several keys (RFC 5256 section 3). What is compared is taken out of the records once, so that a record
// is needed for a moment only, however many messages there are.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "postern/imap/ext/search_option.hpp"
#include "postern/imap/ext/sort_key.hpp"

namespace postern::imap {

/// "REVERSE DATE"
struct SortCriterion {
    const SortKey* key = nullptr;
    bool reverse = false;
};

/// The values of one key: row after row.
class KeyColumn {
public:
    KeyColumn(SortCriterion criterion, std::size_t rows);
    void add(Session& session, const FetchedMessage& message);
    /// Below 0: row `a` comes before `b`.
    int compare(std::uint32_t a, std::uint32_t b) const;
    /// Orders like compare(), as far as 8 octets tell.
    std::uint64_t rank(std::uint32_t row) const { return ranks_[row]; }

private:
    std::string_view text(std::uint32_t row) const;

    SortCriterion criterion_;
    bool is_text_;
    std::vector<std::uint64_t> ranks_;
    std::vector<std::uint64_t> ends_;  ///< of each row's text in texts_
    std::string texts_;                ///< folded
};

/// What is sorted: row after row, in mailbox order.
struct KeyTable {
    std::vector<KeyColumn> keys;
    std::vector<mail::Slot> slots;
    std::vector<mail::Slot> sorted() const;
};

class KeyOrder final : public SearchOrder {
public:
    explicit KeyOrder(std::vector<SortCriterion> criteria) : criteria_(std::move(criteria)) {}
    Task<Result<void>> sort(Session* session, std::vector<mail::Slot>* slots) override;

private:
    bool needs_records() const;
    Task<Result<void>> fill(Session* session, const std::vector<mail::Slot>* slots, KeyTable* table) const;

    std::vector<SortCriterion> criteria_;
};

}  // namespace postern::imap
