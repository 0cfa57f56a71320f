#pragma once
// Content on its way to and from the store: hash, chunks, compression. Pure functions; any thread.
#include <string>
#include <string_view>

#include "postern/result.hpp"
#include "postern/store/records.hpp"

namespace postern::mail {

/// SHA-256.
ContentHash hash_of(std::string_view content);
/// Chunks of store::content_chunk_size, each compressed where that makes it smaller.
store::Content encode_content(std::string_view content);
/// One chunk. Errc::corrupt if it does not decode or is larger than a chunk may be.
Result<std::string> decode_chunk(std::string_view chunk);

}  // namespace postern::mail
