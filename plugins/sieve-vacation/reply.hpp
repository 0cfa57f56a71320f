#pragma once
// One vacation response: whether it is due, and its text.
#include <algorithm>

#include "postern/sieve/pieces.hpp"

namespace postern::sieve {

struct Reply {
    Stages stages;
    std::optional<Text> subject;
    std::optional<Text> from;
    std::vector<Text> addresses;
    Text reason;
    bool mime = false;
    std::string identity;
    std::uint64_t seconds = 0;  ///< before the same sender is answered again

    /// Takes the action, unless the message wants no answer (RFC 5230 sections 4.2, 4.5 and 4.6).
    void send(Machine& machine, Place place) const;

private:
    std::string text(Machine& machine, const std::string& to) const;
};

/// One or more mailboxes (RFC 5322 section 3.4).
bool is_mailbox_list(const std::string& text);

}  // namespace postern::sieve
