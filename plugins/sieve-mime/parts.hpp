#pragma once
// What the commands of RFC 5703 do to a message.
#include "postern/sieve/pieces.hpp"

namespace postern::sieve {

/// The part itself and everything in it, in the order of the message.
std::vector<std::uint32_t> with_descendants(const mime::Message& message, std::uint32_t part);

struct Replacement {
    std::string text;
    bool is_entity = false;
    std::optional<std::string> subject;
    std::optional<std::string> from;
};
/// The message with one part, or all of it (part 0), replaced.
std::string replaced(const mime::Message& message, std::uint32_t part, const Replacement& with);

struct Enclosure {
    std::string text;
    std::optional<std::string> subject;
    std::vector<std::string> headers;  ///< names of fields that are copied
};
/// The message as message/rfc822 within a new one.
std::string enclosed(Machine& machine, const Enclosure& with);

/// Text of a part in UTF-8; "" for what is no text.
std::string text_of_part(const mime::Message& message, std::uint32_t part);

}  // namespace postern::sieve
