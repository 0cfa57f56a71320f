#pragma once
// A message that waits for its time (RFC 4865), as it is written into an attribute of the account. Its octets are a message in a
// mailbox.
#include <optional>
#include <string>
#include <string_view>

#include "postern/mail/envelope.hpp"
#include "postern/store/ids.hpp"

namespace postern::submission {

/// Attributes of the account (mailbox 0), one a message: the prefix and the message's id.
constexpr std::string_view held_prefix = "submission/held/";

struct HeldMessage {
    MessageId message{};
    mail::OutgoingMail mail;  ///< without content
    UnixTime release_at = 0;  ///< what was asked for
    UnixTime next_try = 0;    ///< the same, or later once it could not leave
    UnixTime claimed_at = 0;  ///< a server is sending it since then; 0: nobody is
    unsigned tries = 0;

    std::string entry() const;
    /// Lines of words; readable by later versions.
    std::string to_text() const;
    /// nullopt if it is damaged.
    static std::optional<HeldMessage> from_text(std::string_view entry, std::string_view text);
};

}  // namespace postern::submission
