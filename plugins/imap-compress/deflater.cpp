#include "deflater.hpp"

#include <zlib.h>

#include <algorithm>
#include <limits>
#include <new>

namespace postern::imap {

namespace {

constexpr int raw_deflate_window = -15;
constexpr int level = 3;  // most of what there is to gain, for a third of the work of zlib's default
constexpr int memory_level = 8;
constexpr std::size_t kept_history = 2048;
constexpr std::size_t piece = 16 * 1024;

}  // namespace

struct Deflater::State {
    z_stream stream{};
    State() {
        if (deflateInit2(&stream, level, Z_DEFLATED, raw_deflate_window, memory_level, Z_DEFAULT_STRATEGY) !=
            Z_OK)
            throw std::bad_alloc();
    }
    ~State() { deflateEnd(&stream); }
    State(const State&) = delete;
    State& operator=(const State&) = delete;
};

Deflater::Deflater() = default;
Deflater::~Deflater() = default;

void Deflater::start() {
    if (state_) return;
    state_ = std::make_unique<State>();
    if (history_.empty()) return;
    deflateSetDictionary(&state_->stream, reinterpret_cast<const Bytef*>(history_.data()),
                         static_cast<uInt>(history_.size()));
}

void Deflater::run(int mode, std::string& out) {
    z_stream& z = state_->stream;
    do {
        const std::size_t before = out.size();
        out.resize(before + piece);
        z.next_out = reinterpret_cast<Bytef*>(out.data() + before);
        z.avail_out = piece;
        deflate(&z, mode);
        out.resize(before + piece - z.avail_out);
    } while (z.avail_out == 0);
}

void Deflater::compress(std::string_view data, std::string& out) {
    if (data.empty()) return;
    start();
    for (std::string_view rest = data; !rest.empty();) {
        const std::string_view part = rest.substr(0, std::numeric_limits<uInt>::max());
        rest.remove_prefix(part.size());
        state_->stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(part.data()));
        state_->stream.avail_in = static_cast<uInt>(part.size());
        run(Z_NO_FLUSH, out);
    }
    unflushed_ = true;
    history_.append(data.substr(data.size() - std::min(data.size(), kept_history)));
    if (history_.size() > kept_history) history_.erase(0, history_.size() - kept_history);
}

void Deflater::flush(std::string& out) {
    if (!unflushed_) return;
    state_->stream.avail_in = 0;
    run(Z_SYNC_FLUSH, out);
    unflushed_ = false;
}

void Deflater::release() {
    // A new state goes on where the flush ended: at an octet's boundary, between two blocks.
    if (!unflushed_) state_.reset();
}

}  // namespace postern::imap
