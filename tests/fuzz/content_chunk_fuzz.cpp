// Content chunks: whatever decodes is no larger than a chunk; what we encode decodes to itself.
#include <cstdlib>

#include "kernel/mail/content_codec.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace postern;
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const auto part = mail::decode_chunk(input);
    if (part && part->size() > store::content_chunk_size) std::abort();
    const store::Content content = mail::encode_content(input);
    std::string whole;
    for (const auto& chunk : content.chunks) whole += mail::decode_chunk(chunk).value();
    if (whole != input) std::abort();
    return 0;
}
