#pragma once
// What a submission server may do to a message (RFC 6409 section 8). No I/O.
#include <string>
#include <string_view>

#include "postern/mail/envelope.hpp"
#include "postern/store/ids.hpp"

namespace postern::submission {

/// The message with a Received field, and with Date and Message-ID if it has none; line ends made right unless it is binary.
/// `id` is unique.
std::string complete(std::string_view message, const mail::Envelope& envelope, std::string_view id,
                     UnixTime now);

/// "<1@example.org>"; "" if there is none.
std::string message_id_of(std::string_view message);

}  // namespace postern::submission
