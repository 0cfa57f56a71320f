#pragma once
#include <memory>
#include <string>

#include "deflater.hpp"
#include "inflater.hpp"
#include "postern/net/stream.hpp"

namespace postern::imap {

/// The layer that COMPRESS DEFLATE puts on top of a connection, TLS included (RFC 4978 section 3). While the session
/// waits it holds what the two ends may still refer to, and no more.
class DeflateStream final : public Stream {
public:
    explicit DeflateStream(std::unique_ptr<Stream> below) : below_(std::move(below)) {}

    Task<Result<std::size_t>> read_some(std::span<char> buffer) override;
    Task<Result<void>> write(std::string_view data) override;
    Task<Result<void>> wait_readable() override;
    Task<Result<void>> flush() override;
    Task<void> shutdown() override;
    void release_memory() override;

    /// For Connection::push_layer().
    static std::unique_ptr<Stream> make(std::unique_ptr<Stream> below, void* context);
    /// The same, taking away the layer on top, which must be one of these (RFC 8437 section 4.1). Octets that have come
    /// after the compressed ones are plain, and the next to be read.
    static std::unique_ptr<Stream> remove(std::unique_ptr<Stream> top, void* context);

private:
    Task<Result<bool>> receive();
    Task<Result<void>> send();
    /// Finds out whether there is output for which nothing more need be received; it goes to early_.
    void look_ahead();
    bool has_input() const { return begin_ < end_ || !early_.empty() || inflater_.has_pending(); }

    std::unique_ptr<Stream> below_;
    Inflater inflater_;
    Deflater deflater_;
    std::unique_ptr<char[]> input_;  ///< compressed octets; from begin_ to end_ those not looked at
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::string early_;     ///< expanded, and not read yet
    bool ended_ = false;    ///< the peer has ended its compressed stream
    std::string outgoing_;  ///< compressed octets to be sent
};

}  // namespace postern::imap
