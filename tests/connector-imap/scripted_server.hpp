#pragma once
// An IMAP server in memory behind a Connection: every reply, and every way to cut it up, is in the test's hand.
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <deque>
#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "connector-imap/connector.hpp"
#include "postern/net/stream.hpp"
#include "postern/runtime/event.hpp"
#include "postern/runtime/runtime.hpp"

namespace postern::imap_client::test {

/// The end of most replies.
inline const std::string done = "{tag} OK done\r\n";
/// What the plain way of a listing asks first.
constexpr const char* all = "UID FETCH 1:* (UID FLAGS RFC822.SIZE INTERNALDATE)";

/// What the server does; shared by the connections it accepts.
struct Script {
    std::string greeting = "* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] ready\r\n";
    std::string capabilities = "IMAP4rev1 UIDPLUS MOVE ESEARCH LITERAL+ UNSELECT IDLE";
    /// What is said to a command (without its tag; a literal follows its line after a line feed): untagged responses and the
    /// tagged one, "{tag}" in it replaced. Several are said in turn, the last again and again. "" is silence, "\x04" at the
    /// end hangs up. A command that is not here is answered OK.
    std::map<std::string, std::deque<std::string>> replies;
    std::string continuation = "+ go on\r\n";
    std::string while_idle;      ///< said once, after the continuation of IDLE
    std::size_t chunk = 100000;  ///< octets a read gives at most
    bool blocks = false;         ///< a read without input waits for a command, else the watchdog ends it
    bool break_tls = false;

    std::vector<std::string> commands;  ///< as received, of all connections
    std::vector<std::string> secured;   ///< commands received under TLS
    int connections = 0;

    void reply(const std::string& command, std::string text) { replies[command] = {std::move(text)}; }
    bool got(const std::string& command) const;
};

class ScriptedConnection final : public Connection, public Stream {
public:
    ScriptedConnection(std::shared_ptr<Script> script, Executor executor);

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
    std::uint16_t peer_port() const override { return 143; }
    bool peer_is_loopback() const override { return true; }
    const std::string& local_address() const override { return address_; }
    std::uint16_t local_port() const override { return 1; }
    void set_deadline(std::chrono::seconds) override {}
    bool deadline_passed() const override { return timed_out_; }
    void cancel() override {}
    Result<void> move_to(Executor executor) override;
    Executor executor() const override { return executor_; }

private:
    void take_input();
    void take_command(const std::string& line);
    std::string answer(const std::string& command);
    void say(std::string text, const std::string& tag);

    std::shared_ptr<Script> script_;
    Executor executor_;
    std::string address_ = "127.0.0.1";
    std::string input_;
    std::string command_;      ///< lines and literals so far
    std::size_t literal_ = 0;  ///< octets of a literal still to come
    bool in_literal_ = false;
    bool authenticating_ = false;
    std::string idle_tag_;
    std::string tag_;
    std::string output_;
    Event more_;
    std::optional<TlsInfo> tls_;
    bool hung_up_ = false;
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

/// A signed-in session with a scripted server.
class SessionTest : public testing::Test {
protected:
    SessionTest();
    Outcome<std::unique_ptr<gateway::RemoteSession>> try_open();
    void open();
    Outcome<gateway::PullPage> pull(std::string token = "", std::string folder = "INBOX");
    /// A page that must come.
    gateway::PullPage page(std::string token = "", std::string folder = "INBOX");
    template <class T>
    T run(Task<T> task) {
        return test::run(loop, std::move(task));
    }

    boost::asio::io_context loop;
    std::shared_ptr<Script> script = std::make_shared<Script>();
    gateway::OpenRequest request;
    std::unique_ptr<gateway::RemoteSession> session;
};

}  // namespace postern::imap_client::test
