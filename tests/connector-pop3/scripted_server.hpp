#pragma once
// A POP3 server in memory behind a Connection, so that every reply, and every way to cut it up, is in the test's hand.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <deque>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "postern/net/stream.hpp"
#include "postern/runtime/runtime.hpp"

namespace postern::pop3::test {

/// What the server does; shared by the connections it accepts.
struct Script {
    struct Message {
        std::string uidl;
        std::string content;
        std::optional<std::uint64_t> listed_size;
        bool deleted = false;
    };
    std::vector<Message> maildrop;
    std::string login = "user";
    std::string password = "secret";
    std::vector<std::string> capabilities = {"TOP", "UIDL", "USER", "RESP-CODES"};
    std::optional<std::vector<std::string>> capabilities_after_login;
    std::string greeting = "+OK ready\r\n";
    /// Whole replies by command line ("UIDL", "RETR 2"): replaces what the server would say. "" is silence; "\x04" hangs up.
    std::map<std::string, std::string> replies;
    std::size_t chunk = 100000;  ///< octets a read gives at most

    std::vector<std::string> commands;  ///< as received, of all connections
    std::vector<std::string> secured;   ///< commands received under TLS
    int connections = 0;
    int closed_without_quit = 0;
    bool stuff_dots = true;

    std::string listing(bool ids) const;
};

class ScriptedConnection final : public Connection, public Stream {
public:
    ScriptedConnection(std::shared_ptr<Script> script, Executor executor);
    ~ScriptedConnection() override;

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
    std::uint16_t peer_port() const override { return 110; }
    bool peer_is_loopback() const override { return true; }
    const std::string& local_address() const override { return address_; }
    std::uint16_t local_port() const override { return 1; }
    void set_deadline(std::chrono::seconds) override {}
    bool deadline_passed() const override { return timed_out_; }
    void cancel() override {}
    Result<void> move_to(Executor executor) override;
    Executor executor() const override { return executor_; }

private:
    void take_line(const std::string& line);
    std::string answer(const std::string& line);
    std::string message(const Script::Message& message, bool header_only) const;

    std::shared_ptr<Script> script_;
    Executor executor_;
    std::string address_ = "127.0.0.1";
    std::string input_;
    std::string output_;
    std::optional<TlsInfo> tls_;
    bool signed_in_ = false;
    bool hung_up_ = false;
    bool quit_ = false;
    bool timed_out_ = false;
};

class ScriptedDialer final : public Dialer {
public:
    explicit ScriptedDialer(std::shared_ptr<Script> script) : script_(std::move(script)) {}
    Task<Result<std::unique_ptr<Connection>>> dial(Target target) override;

private:
    std::shared_ptr<Script> script_;
};

/// Runs a coroutine to its end on a loop of its own.
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

}  // namespace postern::pop3::test
