#include "deflate_stream.hpp"

#include <array>

namespace postern::imap {

namespace {

constexpr std::size_t input_size = 8 * 1024;
constexpr std::size_t slice = 16 * 1024;        ///< compressed at once
constexpr std::size_t output_size = 16 * 1024;  ///< sent when so much has come together

/// Some octets, then another stream.
class PrefixedStream final : public Stream {
public:
    PrefixedStream(std::string octets, std::unique_ptr<Stream> below)
        : octets_(std::move(octets)), below_(std::move(below)) {}

    Task<Result<std::size_t>> read_some(std::span<char> buffer) override {
        if (octets_.empty()) {
            auto count = co_await below_->read_some(buffer);
            co_return count;
        }
        const std::size_t count = octets_.copy(buffer.data(), buffer.size());
        octets_.erase(0, count);
        co_return count;
    }
    Task<Result<void>> write(std::string_view data) override { return below_->write(data); }
    Task<Result<void>> wait_readable() override {
        if (!octets_.empty()) co_return Result<void>();
        auto ready = co_await below_->wait_readable();
        co_return ready;
    }
    Task<Result<void>> flush() override { return below_->flush(); }
    Task<void> shutdown() override { return below_->shutdown(); }
    void release_memory() override { below_->release_memory(); }

private:
    std::string octets_;
    std::unique_ptr<Stream> below_;
};

}  // namespace

Task<Result<bool>> DeflateStream::receive() {
    if (!input_) input_ = std::make_unique_for_overwrite<char[]>(input_size);
    begin_ = end_ = 0;
    const std::span<char> room(input_.get(), input_size);
    auto count = co_await below_->read_some(room);
    if (!count) co_return count.error();
    end_ = *count;
    co_return *count > 0;
}

void DeflateStream::look_ahead() {
    if (begin_ < end_ || !early_.empty() || !inflater_.has_pending()) return;
    std::array<char, 256> room;
    const auto step = inflater_.inflate({}, room);
    if (!step) return;
    early_.assign(room.data(), step->produced);
    ended_ = step->ended;
}

Task<Result<std::size_t>> DeflateStream::read_some(std::span<char> buffer) {
    if (!early_.empty()) {
        const std::size_t count = early_.copy(buffer.data(), buffer.size());
        early_.erase(0, count);
        co_return count;
    }
    while (!ended_ && !buffer.empty()) {
        if (!has_input()) {
            auto received = co_await receive();
            if (!received) co_return received.error();
            if (!*received) break;
        }
        const std::string_view input(input_.get() + begin_, end_ - begin_);
        const auto step = inflater_.inflate(input, buffer);
        if (!step) co_return step.error();
        begin_ += step->consumed;
        ended_ = step->ended;
        if (step->produced > 0) co_return step->produced;
    }
    co_return std::size_t{0};
}

Task<Result<void>> DeflateStream::send() {
    if (outgoing_.empty()) co_return Result<void>();
    auto written = co_await below_->write(outgoing_);
    outgoing_.clear();
    co_return written;
}

Task<Result<void>> DeflateStream::write(std::string_view data) {
    while (!data.empty()) {
        const std::string_view part = data.substr(0, slice);
        data.remove_prefix(part.size());
        deflater_.compress(part, outgoing_);
        if (outgoing_.size() < output_size) continue;
        auto sent = co_await send();
        if (!sent) co_return sent.error();
    }
    co_return Result<void>();
}

Task<Result<void>> DeflateStream::flush() {
    deflater_.flush(outgoing_);
    auto sent = co_await send();
    if (!sent) co_return sent.error();
    auto flushed = co_await below_->flush();
    co_return flushed;
}

Task<Result<void>> DeflateStream::wait_readable() {
    look_ahead();
    if (has_input()) co_return Result<void>();
    auto ready = co_await below_->wait_readable();
    co_return ready;
}

Task<void> DeflateStream::shutdown() {
    co_await below_->shutdown();
}

void DeflateStream::release_memory() {
    if (has_input()) return;
    input_.reset();
    begin_ = end_ = 0;
    inflater_.release();
    if (outgoing_.empty()) {
        outgoing_ = {};
        deflater_.release();
    }
    below_->release_memory();
}

std::unique_ptr<Stream> DeflateStream::make(std::unique_ptr<Stream> below, void* /*context*/) {
    return std::make_unique<DeflateStream>(std::move(below));
}

std::unique_ptr<Stream> DeflateStream::remove(std::unique_ptr<Stream> top, void* /*context*/) {
    auto& layer = static_cast<DeflateStream&>(*top);
    std::unique_ptr<Stream> below = std::move(layer.below_);
    if (layer.begin_ == layer.end_) return below;
    std::string rest(layer.input_.get() + layer.begin_, layer.end_ - layer.begin_);
    return std::make_unique<PrefixedStream>(std::move(rest), std::move(below));
}

}  // namespace postern::imap
