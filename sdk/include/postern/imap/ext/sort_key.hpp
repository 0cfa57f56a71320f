#pragma once
// Keys of SORT (X19, RFC 5256 section 3).
#include <cstdint>
#include <string_view>

#include "postern/export.hpp"
#include "postern/imap/ext/fetch_item.hpp"
#include "postern/plugin/registry.hpp"

namespace postern::imap {

class Session;

/// X19. Registered under the key's name. What a message is sorted by: a number or a text.
class POSTERN_SDK SortKey {
public:
    static constexpr InterfaceId interface_id{"postern.imap.sort_key", 1, 0};
    virtual ~SortKey();
    virtual Need need() const = 0;
    /// text() is compared, after folding (i;unicode-casemap, RFC 5051); otherwise number().
    virtual bool is_text() const;
    virtual std::int64_t number(Session& session, const FetchedMessage& message) const;
    /// UTF-8, valid as long as the message.
    virtual std::string_view text(const FetchedMessage& message) const;
};

}  // namespace postern::imap
