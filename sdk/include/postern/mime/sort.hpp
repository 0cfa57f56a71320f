#pragma once
// Keys for SORT and THREAD (RFC 5256, RFC 5957) and for joining messages to threads.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "postern/export.hpp"
#include "postern/mime/address.hpp"

namespace postern::mime {

/// A subject without "Re:", "Fwd:", "[list]" and trailers (RFC 5256 section 2.1).
struct BaseSubject {
    std::string text;                  ///< UTF-8, not case-folded
    bool is_reply_or_forward = false;  ///< something of these was removed: THREAD needs to know (section 3)
};

/// `subject` is the raw field value.
POSTERN_SDK BaseSubject base_subject(std::string_view subject);

/// Local part of the first mailbox of a list (SORT FROM, TO, CC); empty if there is none.
POSTERN_SDK std::string_view sort_mailbox(const std::vector<Address>& list);

/// Display form of the first address: decoded name, else mailbox@host, else mailbox (RFC 5957 section 3).
POSTERN_SDK std::string sort_display(const std::vector<Address>& list);

/// Message ids in a Message-ID, In-Reply-To or References value, in order, without angle brackets, quotes undone
/// (RFC 5256 section 3, "normalized"). At most `limit`: the first and the last ones are kept.
POSTERN_SDK std::vector<std::string> message_ids(std::string_view value, std::size_t limit = 1000);

/// 64-bit hash of a normalized message id, the same on every machine and in every version (stored in records).
/// Never 0: 0 means "none".
POSTERN_SDK std::uint64_t message_id_hash(std::string_view id) noexcept;

}  // namespace postern::mime
