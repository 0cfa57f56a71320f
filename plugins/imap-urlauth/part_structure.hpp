#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "postern/mime/record.hpp"

namespace postern::imap {

/// BODYPARTSTRUCTURE of a part (RFC 5524 section 3.2, RFC 5259 section 9): its piece of the message's BODYSTRUCTURE. With
/// `decoded_size`, as it is without its transfer encoding. "NIL" if there is no such part.
std::string part_structure(const mime::RecordView& record, std::span<const std::uint32_t> path,
                           std::optional<std::uint64_t> decoded_size);

}  // namespace postern::imap
