#include "channel.hpp"

#include <cstring>

namespace postern::imap {

namespace {
constexpr std::size_t read_size = 8 * 1024;
constexpr std::size_t bulk_size = 128 * 1024;
}  // namespace

Channel::Channel(std::unique_ptr<Connection> connection, Runtime& runtime, std::chrono::seconds write_time)
    : connection_(std::move(connection)), runtime_(runtime), write_time_(write_time) {}
Channel::~Channel() = default;

void Channel::keep_consumed(bool keep) {
    keep_ = keep;
    if (!keep) retired_.reset();
}

void Channel::release() {
    if (has_input() || keep_) return;
    data_.reset();
    begin_ = end_ = capacity_ = 0;
}

void Channel::make_room() {
    const std::size_t wanted = bulk_ ? bulk_size : read_size;
    if (!keep_ && begin_ == end_) begin_ = end_ = 0;
    if (data_ && capacity_ - end_ >= wanted / 2) return;
    const std::size_t rest = end_ - begin_;
    if (!keep_ && data_ && capacity_ >= wanted && capacity_ - rest >= wanted / 2) {
        std::memmove(data_.get(), data_.get() + begin_, rest);
    } else {
        auto fresh = std::make_unique_for_overwrite<char[]>(rest + wanted);
        if (rest > 0) std::memcpy(fresh.get(), data_.get() + begin_, rest);
        // The first buffer of a command holds its arguments; later ones only hold lines that were taken over.
        if (keep_ && !retired_) retired_ = std::move(data_);
        data_ = std::move(fresh);
        capacity_ = rest + wanted;
    }
    begin_ = 0;
    end_ = rest;
}

Task<Result<bool>> Channel::receive(std::chrono::seconds idle) {
    idle_time_ = idle;
    if (!output_.empty()) {
        auto sent = co_await flush();
        if (!sent) co_return sent.error();
    }
    connection_->set_deadline(idle);
    co_await settle();
    if (!has_input()) {
        release();
        output_.release();
        connection_->stream().release_memory();
        auto ready = co_await connection_->stream().wait_readable();
        if (!ready) co_return ready.error();
    }
    make_room();
    std::span<char> room(data_.get() + end_, capacity_ - end_);
    auto count = co_await connection_->stream().read_some(room);
    if (!count) co_return count.error();
    end_ += *count;
    co_return *count > 0;
}

Task<Result<void>> Channel::flush() {
    if (output_.empty()) co_return Result<void>();
    connection_->set_deadline(write_time_);
    auto written = co_await connection_->stream().write(output_.view());
    if (!written) co_return written.error();
    sent_ += output_.size();
    output_.consume(output_.size());
    auto flushed = co_await connection_->stream().flush();
    connection_->set_deadline(idle_time_);
    co_return flushed;
}

Task<void> Channel::watch(std::shared_ptr<Waiter> waiter, Connection* connection) {
    auto ready = co_await connection->stream().wait_readable();
    waiter->readable = ready.has_value() || !connection->deadline_passed();
    waiter->watching = false;
    waiter->event.notify();
}

Task<Wake> Channel::wait(mail::View* view, bool expunges, std::chrono::seconds timeout) {
    auto sent = co_await flush();
    if (!sent) co_return Wake::stopping;
    if (has_input()) co_return Wake::input;
    if (view != nullptr && view->has_changes(expunges)) co_return Wake::changes;
    release();
    output_.release();
    connection_->stream().release_memory();
    if (!waiter_) waiter_ = std::make_shared<Waiter>(connection_->executor());
    const std::shared_ptr<Waiter> waiter = waiter_;
    if (!waiter->watching) {
        waiter->watching = true;
        waiter->readable = false;
        runtime_.spawn(connection_->executor(), "imap wait", watch(waiter, connection_.get()));
    }
    if (view != nullptr) {
        view->on_change([waiter] {
            waiter->changed = true;
            waiter->event.notify();
        });
    }
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    bool timed_out = false;
    while (waiter->watching && !waiter->changed && !timed_out && !runtime_.stopping()) {
        const auto left = deadline - std::chrono::steady_clock::now();
        const bool notified = co_await waiter->event.wait(left);
        timed_out = !notified;
    }
    if (view != nullptr) view->on_change(nullptr);
    if (!waiter->watching && !waiter->readable) co_return Wake::stopping;
    if (runtime_.stopping()) co_return Wake::stopping;
    if (!waiter->watching) co_return Wake::input;
    const bool changed = waiter->changed;
    waiter->changed = false;
    co_return changed ? Wake::changes : Wake::timeout;
}

void Channel::wake() {
    if (!waiter_) waiter_ = std::make_shared<Waiter>(connection_->executor());
    waiter_->changed = true;
    waiter_->event.notify();
}

Task<void> Channel::settle() {
    while (waiter_ && waiter_->watching) co_await waiter_->event.wait();
    if (waiter_) waiter_->changed = false;
}

Result<void> Channel::move_to(Executor executor) {
    auto moved = connection_->move_to(executor);
    if (moved) waiter_.reset();
    return moved;
}

}  // namespace postern::imap
