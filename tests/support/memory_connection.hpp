#pragma once
// A server in memory behind a Connection: what it says, and in which pieces, is in the test's hand.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <memory>
#include <optional>
#include <string>

#include "postern/net/stream.hpp"
#include "postern/runtime/runtime.hpp"

namespace postern::test {

class MemoryConnection : public Connection, public Stream {
public:
    MemoryConnection(Executor executor, std::string greeting)
        : output_(std::move(greeting)), executor_(std::move(executor)) {}

    Task<Result<std::size_t>> read_some(std::span<char> buffer) override;
    Task<Result<void>> write(std::string_view data) override;
    Task<Result<void>> wait_readable() override { co_return Result<void>{}; }
    Task<Result<void>> flush() override { co_return Result<void>{}; }
    Task<void> shutdown() override;
    void release_memory() override {}

    Stream& stream() override { return *this; }
    void push_layer(std::unique_ptr<Stream> (*)(std::unique_ptr<Stream>, void*), void*) override {}
    Task<Result<void>> start_tls_server() override { co_return Error(Errc::unsupported); }
    Task<Result<void>> start_tls_client(TlsClientOptions options) override;
    const TlsInfo* tls() const override { return tls_ ? &*tls_ : nullptr; }
    bool can_start_tls() const override { return false; }
    const std::string& peer_address() const override { return address_; }
    std::uint16_t peer_port() const override { return 1; }
    bool peer_is_loopback() const override { return true; }
    const std::string& local_address() const override { return address_; }
    std::uint16_t local_port() const override { return 1; }
    void set_deadline(std::chrono::seconds) override {}
    bool deadline_passed() const override { return timed_out_; }
    void cancel() override {}
    Result<void> move_to(Executor executor) override;
    Executor executor() const override { return executor_; }

protected:
    /// Takes whole commands off input_ and says the replies.
    virtual void take_input() = 0;
    /// Octets a read gives at most.
    virtual std::size_t chunk() const = 0;
    /// A read finds nothing: true once there may be something. False ends the read as the watchdog would.
    virtual Task<bool> wait_for_output() { co_return false; }
    /// "\x04" at the end hangs up.
    void say(std::string text);

    std::string input_;
    std::string output_;
    bool hung_up_ = false;

private:
    Executor executor_;
    std::string address_ = "127.0.0.1";
    std::optional<TlsInfo> tls_;
    bool timed_out_ = false;
};

/// Connects to servers that follow one script.
template <class ScriptedConnection, class Script>
class MemoryDialer final : public Dialer {
public:
    explicit MemoryDialer(std::shared_ptr<Script> script) : script_(std::move(script)) {}
    Task<Result<std::unique_ptr<Connection>>> dial(Target /*target*/) override {
        auto executor = co_await boost::asio::this_coro::executor;
        std::unique_ptr<Connection> connection = std::make_unique<ScriptedConnection>(script_, executor);
        co_return connection;
    }

private:
    std::shared_ptr<Script> script_;
};

/// Runs a coroutine to its end on `loop`.
template <class T>
T run(boost::asio::io_context& loop, Task<T> task) {
    std::optional<T> result;
    boost::asio::co_spawn(loop, std::move(task), [&result](std::exception_ptr error, T value) {
        if (error) std::rethrow_exception(error);
        result.emplace(std::move(value));
    });
    loop.restart();
    loop.run();
    return std::move(*result);
}

}  // namespace postern::test
