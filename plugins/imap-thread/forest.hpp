#pragma once
// What THREAD works on and what comes out (RFC 5256).
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "postern/mail/types.hpp"

namespace postern::imap {

/// A message as threading sees it. Message ids are hashes (mime::message_id_hash), subjects small numbers.
struct ThreadRow {
    mail::Slot slot = mail::no_slot;
    std::int64_t date = 0;      ///< sent, in UTC; the internal date where that is missing
    std::uint64_t id = 0;       ///< 0: none
    std::uint32_t subject = 0;  ///< the same number for the same base subject in any case; 0: empty
    bool is_reply = false;      ///< or forward
    std::uint32_t first_reference = 0;
    std::uint32_t reference_count = 0;
};

/// Rows in mailbox order.
struct ThreadInput {
    std::vector<ThreadRow> rows;
    std::vector<std::uint64_t> references;
    std::span<const std::uint64_t> references_of(const ThreadRow& row) const {
        return std::span(references).subspan(row.first_reference, row.reference_count);
    }
};

/// Trees over nodes: the first are the rows, further ones are dummies, which have at least two children and no parent.
struct Forest {
    static constexpr std::uint32_t none = 0xffffffff;
    std::vector<std::uint32_t> parent;
    std::vector<std::uint32_t>
        order;  ///< of the rows, by date and mailbox order: that of siblings everywhere
};

/// The rows by date, then by their place in the mailbox.
std::vector<std::uint32_t> rows_by_date(const std::vector<ThreadRow>& rows);

/// "(2)(3 6 (4 23)(44 7 96))". `numbers` are what the rows are called.
std::string write_forest(const Forest& forest, const std::vector<std::uint32_t>& numbers);

/// A threading algorithm. Pure computation.
using ThreadAlgorithm = Forest (*)(const ThreadInput& input);

/// "Poor man's threading".
Forest thread_by_subject(const ThreadInput& input);
/// By References and In-Reply-To, then by subject.
Forest thread_by_references(const ThreadInput& input);

}  // namespace postern::imap
