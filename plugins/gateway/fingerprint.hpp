#pragma once
// Recognising a message without its unique id (gateway.md 2.6).
#include <optional>
#include <string>
#include <string_view>

#include "postern/mime/date.hpp"
#include "postern/store/ids.hpp"

namespace postern::gateway {

/// f1: SHA-256 over the canonical header: unfolded, names in lower case, fields that servers change left out. 32 octets.
std::string header_fingerprint(std::string_view message);

/// f2: SHA-256 over what the sender wrote: Message-ID, Date, From, To, Subject and Content-Type with its boundary. 32 octets;
/// empty if the message has neither a Message-ID nor a Date.
std::string sender_fingerprint(std::string_view message);

/// SHA-256 of all octets.
ContentHash content_hash(std::string_view content);

/// When a collected message arrived: topmost readable Received that is not in the future; else Date between 1990 and now;
/// else when it was first listed (gateway.md 1.1).
mime::DateTime arrival_date(std::string_view message, UnixTime first_listed, UnixTime now);

/// An id made of content, for servers that give none; never equal to one a server could give (RFC 1939: no spaces).
std::string made_up_id(std::string_view fingerprint);
bool is_made_up(std::string_view id);

}  // namespace postern::gateway
