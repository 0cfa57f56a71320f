#pragma once
// A small dictionary coder for the wire strings of a record. ENVELOPE repeats the header fields that are stored beside it, and
// BODYSTRUCTURE repeats phrases every message has; packed against both they shrink to a fraction, and unpacking is a few memcpy.
//
// Packed form: sequences of one octet (high half: count of literals, low half: match length - 4; 15 means that a varint with
// the rest follows), the literals, and a varint with the source of the match, until the size is reached; the last sequence may
// be without match. A source counts from the start of dictionary + window + output; a match does not cross from one to the next.
#include <cstdint>
#include <string>
#include <string_view>

namespace postern::mime {

/// Appends `text` in packed form; `window` must be given again to unpack.
void pack(std::string_view text, std::string_view window, std::string& out);

/// Appends the `size` octets that were packed. False, and nothing appended, if `packed` does not decode.
bool unpack(std::string_view packed, std::string_view window, std::size_t size, std::string& out);

}  // namespace postern::mime
