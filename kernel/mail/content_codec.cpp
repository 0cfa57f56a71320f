#include "kernel/mail/content_codec.hpp"

#include <openssl/evp.h>
#include <zstd.h>

#include <memory>

namespace postern::mail {

namespace {

// The first octet of a chunk.
constexpr char as_is = 0;
constexpr char zstd_frame = 1;
// Below this, a frame's header eats what compression wins.
constexpr std::size_t least_compressed = 128;
constexpr int level = 1;

struct FreeContext {
    void operator()(ZSTD_CCtx* c) const { ZSTD_freeCCtx(c); }
    void operator()(ZSTD_DCtx* d) const { ZSTD_freeDCtx(d); }
};

std::string encode_chunk(std::string_view part) {
    // A context is 100 KB and more of tables: made once a thread.
    thread_local const std::unique_ptr<ZSTD_CCtx, FreeContext> context(ZSTD_createCCtx());
    std::string out;
    if (part.size() >= least_compressed) {
        out.resize(1 + ZSTD_compressBound(part.size()));
        const std::size_t size =
            ZSTD_compressCCtx(context.get(), out.data() + 1, out.size() - 1, part.data(), part.size(), level);
        if (!ZSTD_isError(size) && size < part.size()) {
            out[0] = zstd_frame;
            out.resize(1 + size);
            return out;
        }
    }
    out.assign(1, as_is);
    out.append(part);
    return out;
}

}  // namespace

ContentHash hash_of(std::string_view content) {
    static const EVP_MD* const sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    ContentHash hash{};
    EVP_Digest(content.data(), content.size(), hash.data(), nullptr, sha256, nullptr);
    return hash;
}

store::Content encode_content(std::string_view content) {
    store::Content encoded;
    encoded.hash = hash_of(content);
    encoded.size = content.size();
    for (std::size_t at = 0; at < content.size(); at += store::content_chunk_size) {
        encoded.chunks.push_back(encode_chunk(content.substr(at, store::content_chunk_size)));
    }
    return encoded;
}

Result<std::string> decode_chunk(std::string_view chunk) {
    const Error corrupt(Errc::corrupt, "a content chunk does not decode");
    if (chunk.empty()) return corrupt;
    const std::string_view body = chunk.substr(1);
    if (chunk[0] == as_is && body.size() <= store::content_chunk_size) return std::string(body);
    if (chunk[0] != zstd_frame) return corrupt;
    const unsigned long long size = ZSTD_getFrameContentSize(body.data(), body.size());
    if (size > store::content_chunk_size) return corrupt;  // also its two error values
    thread_local const std::unique_ptr<ZSTD_DCtx, FreeContext> context(ZSTD_createDCtx());
    std::string out(static_cast<std::size_t>(size), '\0');
    const std::size_t got =
        ZSTD_decompressDCtx(context.get(), out.data(), out.size(), body.data(), body.size());
    if (ZSTD_isError(got) || got != out.size()) return corrupt;
    return out;
}

}  // namespace postern::mail
