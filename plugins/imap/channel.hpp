#pragma once
// Octets in and out of one connection: buffers that exist only while there is something in them, deadlines, and waiting
// for the client or for changes.
#include <chrono>
#include <memory>
#include <string_view>

#include "postern/imap/ext/session.hpp"
#include "postern/imap/output_buffer.hpp"
#include "postern/net/stream.hpp"
#include "postern/runtime/event.hpp"
#include "postern/runtime/runtime.hpp"

namespace postern::imap {

class Channel {
public:
    Channel(std::unique_ptr<Connection> connection, Runtime& runtime, std::chrono::seconds write_time);
    ~Channel();

    Connection& connection() { return *connection_; }
    OutputBuffer& output() { return output_; }

    // Input
    std::string_view input() const { return {data_.get() + begin_, end_ - begin_}; }
    bool has_input() const { return begin_ != end_; }
    void consume(std::size_t n) { begin_ += n; }
    /// Forgets what the client has sent so far.
    void discard_input() { begin_ = end_ = 0; }
    /// While a command runs, octets before the input stay where they are: its arguments point there.
    void keep_consumed(bool keep);
    /// Larger reads, for long literals.
    void expect_bulk(bool bulk) { bulk_ = bulk; }
    /// Waits without buffers if there is no input, then reads. False at the end of the stream. `idle`: how long the
    /// client may stay silent.
    Task<Result<bool>> receive(std::chrono::seconds idle);

    // Output
    /// Sends everything.
    Task<Result<void>> flush();
    /// Octets sent in all: tells whether a response can still be taken back.
    std::uint64_t sent() const { return sent_; }

    /// As Session::wait(); `view` may be null. `expunges`: those that are not told yet are changes, too.
    Task<Wake> wait(mail::View* view, bool expunges, std::chrono::seconds timeout);
    void wake();
    /// The watcher of wait() has ended. Before that the channel may not be destroyed or moved to another core.
    Task<void> settle();

    /// To the executor's core. No I/O may be under way.
    Result<void> move_to(Executor executor);

private:
    struct Waiter {
        explicit Waiter(Executor executor) : event(std::move(executor)) {}
        Event event;
        bool watching = false;
        bool readable = false;
        bool changed = false;
    };
    static Task<void> watch(std::shared_ptr<Waiter> waiter, Connection* connection);
    void make_room();
    void release();

    std::unique_ptr<Connection> connection_;
    Runtime& runtime_;
    std::chrono::seconds write_time_;
    std::chrono::seconds idle_time_{60};
    std::unique_ptr<char[]> data_;
    std::unique_ptr<char[]> retired_;  ///< a former buffer that a running command's arguments point into
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::size_t capacity_ = 0;
    bool keep_ = false;
    bool bulk_ = false;
    OutputBuffer output_;
    std::uint64_t sent_ = 0;
    std::shared_ptr<Waiter> waiter_;  ///< shared with watch()
};

}  // namespace postern::imap
