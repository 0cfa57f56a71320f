#include "inflater.hpp"

#include <zlib.h>

#include <algorithm>
#include <limits>
#include <new>

namespace postern::imap {

namespace {

constexpr int raw_inflate_window = -15;           // no zlib header, any window (RFC 4978 section 4)
constexpr std::uint32_t flush_mark = 0x0000ffff;  // the empty stored block of a flush ends so

// z_stream::data_type after inflate(), see zlib.h.
constexpr int unused_bits = 0x3f;
constexpr int last_block = 0x40;
constexpr int after_block = 0x80;

}  // namespace

struct Inflater::State {
    z_stream stream{};
    State() {
        if (inflateInit2(&stream, raw_inflate_window) != Z_OK) throw std::bad_alloc();
    }
    ~State() { inflateEnd(&stream); }
    State(const State&) = delete;
    State& operator=(const State&) = delete;
};

Inflater::Inflater() = default;
Inflater::~Inflater() = default;

void Inflater::start() {
    if (state_) return;
    state_ = std::make_unique<State>();
    if (dictionary_.empty()) return;
    inflateSetDictionary(&state_->stream, reinterpret_cast<const Bytef*>(dictionary_.data()),
                         static_cast<uInt>(dictionary_.size()));
    dictionary_ = {};
}

void Inflater::note_consumed(std::string_view octets) {
    for (const char c : octets.substr(octets.size() - std::min<std::size_t>(octets.size(), 4)))
        tail_ = tail_ << 8 | static_cast<unsigned char>(c);
}

bool Inflater::at_boundary() const {
    return (state_->stream.data_type & (after_block | last_block | unused_bits)) == after_block;
}

bool Inflater::was_flushed() const {
    return at_boundary() && tail_ == flush_mark;
}

Result<Inflater::Step> Inflater::inflate(std::string_view input, std::span<char> out) {
    start();
    constexpr std::size_t most = std::numeric_limits<uInt>::max();
    input = input.substr(0, most);
    out = out.first(std::min(out.size(), most));
    z_stream& z = state_->stream;
    z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input.data()));
    z.avail_in = static_cast<uInt>(input.size());
    z.next_out = reinterpret_cast<Bytef*>(out.data());
    z.avail_out = static_cast<uInt>(out.size());
    Step step;
    do {
        const std::size_t before = input.size() - z.avail_in;
        const int code = ::inflate(&z, Z_BLOCK);
        step.consumed = input.size() - z.avail_in;
        step.produced = out.size() - z.avail_out;
        note_consumed(input.substr(before, step.consumed - before));
        step.ended = code == Z_STREAM_END;
        if (code == Z_BUF_ERROR || step.ended) break;
        if (code == Z_MEM_ERROR) throw std::bad_alloc();
        if (code != Z_OK) return Error(Errc::corrupt, "what the peer sends is not DEFLATE");
    } while (z.avail_out > 0 && z.avail_in > 0 && !(step.produced > 0 && was_flushed()));
    pending_ = z.avail_out == 0 && !step.ended;
    return step;
}

void Inflater::release() {
    if (!state_ || pending_ || !at_boundary()) return;
    uInt size = 0;
    inflateGetDictionary(&state_->stream, nullptr, &size);
    dictionary_.resize(size);
    inflateGetDictionary(&state_->stream, reinterpret_cast<Bytef*>(dictionary_.data()), &size);
    state_.reset();
}

}  // namespace postern::imap
