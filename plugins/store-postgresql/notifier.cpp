#include "store-postgresql/notifier.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <charconv>
#include <random>

namespace postern::store::postgresql {

namespace {

/// PostgreSQL refuses payloads of 8000 octets and more.
constexpr std::size_t payload_limit = 7'900;
constexpr std::chrono::milliseconds retry_interval{1'000};
constexpr std::chrono::milliseconds idle_interval{60'000};

std::string make_origin() {
    std::random_device device;
    return std::to_string((std::uint64_t{device()} << 32) | device());
}

std::string_view next_word(std::string_view& text) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return word;
}

std::uint64_t to_number(std::string_view text) {
    std::uint64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

}  // namespace

Notifier::Notifier(ConnectOptions options, std::chrono::milliseconds delay)
    : connection_(std::move(options)),
      delay_(delay),
      origin_(make_origin()),
      wake_fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    thread_ = std::thread([this] { run(); });
}

Notifier::~Notifier() {
    close();
    if (wake_fd_ >= 0) ::close(wake_fd_);
}

void Notifier::committed(AccountId account, Modseq modseq) {
    std::lock_guard lock(mutex_);
    const bool first = pending_.empty();
    auto& newest = pending_[account];
    newest = std::max(newest, modseq);
    if (first) wake();
}

Result<void> Notifier::listen(ChangeListener listener) {
    std::unique_lock lock(mutex_);
    listener_ = std::move(listener);
    const std::uint64_t before = attempts_;
    wake();
    attempted_.wait(lock, [&] { return attempts_ != before || closing_; });
    if (is_listening_) return {};
    listener_ = nullptr;
    return Error(Errc::temporary, "the database does not answer");
}

void Notifier::close() {
    {
        std::lock_guard lock(mutex_);
        closing_ = true;
        wake();
    }
    attempted_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void Notifier::run() {
    while (!is_closing()) {
        try {
            serve();
            // A wait in between may have taken the wake-up of close.
            if (!is_closing()) wait(idle_interval);
        } catch (const Failure&) {
            connection_.drop();
            attempt_ended(false);
            wait(retry_interval);
        }
    }
    try {
        send_pending();
    } catch (const Failure&) {
        // Other nodes look for themselves when they reconnect.
    }
}

void Notifier::serve() {
    keep_listening();
    send_pending();
    receive();
}

void Notifier::keep_listening() {
    {
        std::lock_guard lock(mutex_);
        if (!listener_) return;
    }
    connection_.ensure();
    if (listening_on_ == connection_.generation()) return;
    connection_.execute("listen postern_change");
    listening_on_ = connection_.generation();
    attempt_ended(true);
    // What happened between two connections was not told.
    if (heard_before_) listener_(AccountId{}, 0);
    heard_before_ = true;
}

void Notifier::attempt_ended(bool listening) {
    std::lock_guard lock(mutex_);
    ++attempts_;
    is_listening_ = listening;
    attempted_.notify_all();
}

bool Notifier::is_closing() {
    std::lock_guard lock(mutex_);
    return closing_;
}

void Notifier::send_pending() {
    {
        std::lock_guard lock(mutex_);
        if (pending_.empty()) return;
    }
    if (!is_closing()) wait(delay_);
    Changes changes;
    {
        std::lock_guard lock(mutex_);
        changes.swap(pending_);
    }
    try {
        connection_.ensure();
        send(changes);
    } catch (const Failure&) {
        std::lock_guard lock(mutex_);
        pending_.merge(changes);  // what is there already is newer
        throw;
    }
}

void Notifier::send(const Changes& changes) {
    std::string payload = origin_;
    for (auto next = changes.begin(); next != changes.end();) {
        payload += ' ' + std::to_string(value_of(next->first)) + ' ' + std::to_string(next->second);
        if (++next == changes.end() || payload.size() + 42 > payload_limit) {
            connection_.run("select pg_notify('postern_change', $1)", payload);
            payload = origin_;
        }
    }
}

void Notifier::receive() {
    if (!connection_.handle()) return;
    if (PQconsumeInput(connection_.handle()) != 1)
        fail(Errc::temporary, "the database closed the connection");
    while (PGnotify* notification = PQnotifies(connection_.handle())) {
        deliver(notification->extra);
        PQfreemem(notification);
    }
}

void Notifier::deliver(std::string_view payload) {
    if (next_word(payload) == origin_) return;
    ChangeListener listener;
    {
        std::lock_guard lock(mutex_);
        listener = listener_;
    }
    while (!payload.empty() && listener) {
        const AccountId account{to_number(next_word(payload))};
        const Modseq modseq = to_number(next_word(payload));
        listener(account, modseq);
    }
}

void Notifier::wait(std::chrono::milliseconds timeout) {
    pollfd entries[] = {{wake_fd_, POLLIN, 0}, {-1, POLLIN, 0}};
    if (connection_.handle()) entries[1].fd = PQsocket(connection_.handle());
    poll(entries, 2, static_cast<int>(timeout.count()));
    std::uint64_t count = 0;
    [[maybe_unused]] const auto got = read(wake_fd_, &count, sizeof count);
}

void Notifier::wake() {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = write(wake_fd_, &one, sizeof one);
}

}  // namespace postern::store::postgresql
