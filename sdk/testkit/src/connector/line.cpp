#include "connector/line.hpp"

namespace postern::testkit {

namespace {
/// So long a connector may wait for anything but news.
constexpr std::chrono::seconds longest_deadline{3600};
constexpr std::size_t flood_block = 64 * 1024;
}  // namespace

Line::Line(Network& network, std::unique_ptr<Peer> peer, Executor executor)
    : network_(network), peer_(std::move(peer)), executor_(executor), output_(peer_->greet()) {
    news_ = std::make_unique<Event>(std::move(executor));
    network_.lines_.push_back(this);
    ++network_.open_lines;
}

Line::~Line() {
    std::erase(network_.lines_, this);
    --network_.open_lines;
}

void Line::end(State state) {
    if (state_ != State::up) return;
    state_ = state;
    // Who is silent or flooded does not know that the line is lost.
    if (state != State::silent && state != State::flooded) peer_.reset();
    news_->notify();
}

bool Line::struck(Trouble::Kind kind) {
    using Kind = Trouble::Kind;
    if (kind == Kind::cut) end(State::closed);
    if (kind == Kind::broken || kind == Kind::half_write) end(State::broken);
    if (kind == Kind::hang) end(State::silent);
    if (kind == Kind::cancel) end(State::cancelled);
    if (kind == Kind::flood_half) output_.resize(output_.size() / 2);
    if (kind == Kind::flood || kind == Kind::flood_half) end(State::flooded);
    return state_ != State::up;
}

void Line::set_deadline(std::chrono::seconds from_now) {
    deadline_set_ = true;
    if (from_now.count() <= 0 || from_now > longest_deadline)
        network_.violation("a deadline that is none: " + std::to_string(from_now.count()) + " s");
}

void Line::require_deadline(const char* what) {
    if (!deadline_set_)
        network_.violation(std::string(what) + " without a deadline (Connection::set_deadline)");
}

Error Line::dead_error() {
    if (state_ == State::silent) deadline_passed_ = true;
    if (state_ == State::silent || state_ == State::cancelled)
        return {Errc::cancelled, "the connection was ended by this side"};
    return {Errc::unavailable, "connection reset by peer"};
}

Result<std::size_t> Line::dead_read(std::span<char> buffer) {
    if (state_ == State::closed) return std::size_t{0};
    if (state_ != State::flooded) return dead_error();
    if (!output_.empty()) return give(buffer);
    while (flood_.size() < flood_block) flood_ += network_.trouble.octets;
    for (std::size_t filled = 0; filled < buffer.size();) {
        const std::size_t from = flooded_ % flood_.size();
        const std::size_t count = std::min(flood_.size() - from, buffer.size() - filled);
        std::copy_n(flood_.data() + from, count, buffer.data() + filled);
        filled += count;
        flooded_ += count;
    }
    if (flooded_ > network_.flood_limit) {
        network_.violation("more than " + std::to_string(network_.flood_limit) +
                           " octets of a reply without end were read");
        state_ = State::broken;
    }
    return buffer.size();
}

std::size_t Line::give(std::span<char> buffer) {
    const std::size_t count = std::min({buffer.size(), output_.size(), network_.chunk});
    std::copy_n(output_.begin(), count, buffer.begin());
    output_.erase(0, count);
    network_.octets_received += count;
    return count;
}

Task<void> Line::wait_for_octets() {
    while (state_ == State::up && output_.empty() && !peer_->finished()) {
        const bool woken = co_await news_->wait(network_.patience);
        if (!woken) end(State::silent);
    }
}

Task<Result<std::size_t>> Line::read_some(std::span<char> buffer) {
    require_deadline("a read");
    if (reading_) network_.violation("two reads at a time");
    if (state_ != State::up || struck(network_.next(Step::read))) co_return dead_read(buffer);
    if (network_.cut_after && network_.octets_received >= *network_.cut_after) {
        network_.cut_after.reset();
        end(State::closed);
        co_return dead_read(buffer);
    }
    reading_ = true;
    co_await wait_for_octets();
    reading_ = false;
    if (state_ != State::up) co_return dead_read(buffer);
    if (network_.cut_after) {
        const std::uint64_t left = *network_.cut_after - network_.octets_received;
        if (output_.size() > left) output_.resize(left);
    }
    co_return give(buffer);
}

Task<Result<void>> Line::wait_readable() {
    require_deadline("waiting");
    co_await wait_for_octets();
    if (state_ == State::silent || state_ == State::cancelled) co_return dead_error();
    co_return Result<void>{};
}

Task<Result<void>> Line::write(std::string_view data) {
    require_deadline("a write");
    if (writing_) network_.violation("two writes at a time");
    if (!tls_) network_.plain.append(data);
    if (state_ == State::flooded) co_return Result<void>{};
    const auto kind = state_ == State::up ? network_.next(Step::write) : Trouble::Kind::none;
    if (kind == Trouble::Kind::half_write) peer_->answer(data.substr(0, data.size() / 2));
    if (struck(kind)) co_return dead_error();
    std::string reply = peer_->answer(data);
    output_ += kind == Trouble::Kind::garbage ? network_.trouble.octets : reply;
    news_->notify();
    co_return Result<void>{};
}

Task<Result<void>> Line::start_tls_client(TlsClientOptions options) {
    require_deadline("a TLS handshake");
    network_.handshakes.push_back(std::move(options));
    if (struck(network_.next(Step::tls))) co_return dead_error();
    if (network_.tls_error) {
        end(State::broken);
        co_return *network_.tls_error;
    }
    tls_.emplace();
    tls_->protocol = "TLSv1.3";
    peer_->secured();
    co_return Result<void>{};
}

Task<void> Line::shutdown() {
    end(State::closed);
    co_return;
}

void Line::push_layer(std::unique_ptr<Stream> (* /*make*/)(std::unique_ptr<Stream>, void*),
                      void* /*context*/) {
    network_.violation("the kit has no layers to push");
}

Result<void> Line::move_to(Executor executor) {
    if (reading_ || writing_) return Error(Errc::conflict, "I/O is pending");
    news_ = std::make_unique<Event>(executor);
    executor_ = std::move(executor);
    return {};
}

void Line::take_news() {
    if (state_ != State::up) return;
    output_ += peer_->unasked();
    news_->notify();
}

}  // namespace postern::testkit
