#pragma once
// A listener with a small line protocol over it, and blocking clients for it.
#include <openssl/ssl.h>

#include <memory>
#include <string>

#include "kernel/net/listener.hpp"
#include "kernel/net/tls_context.hpp"
#include "kernel/runtime/kernel_runtime.hpp"
#include "tests/net/test_certificate.hpp"

namespace postern::net {

/// Greets with "hello", then answers each line:
///   ECHO text     -> text
///   THREAD        -> the number of the core that serves
///   MOVE          -> goes to the next core, then "moved"
///   STARTTLS      -> "go", then TLS; what came with the line is discarded
///   TLS           -> protocol and channel binding length, or "plain"
///   BIG n         -> n octets
///   DEADLINE n    -> arms the watchdog, "ok"
///   WAIT          -> "waiting", releases memory, waits for input without reading it, "waited"
///   CANCEL        -> cancels itself
///   QUIT          -> ends
/// When a read ends with Errc::cancelled it says "bye" and why.
class LineProtocol final : public Protocol {
public:
    explicit LineProtocol(Runtime& runtime) : runtime_(runtime) {}
    Task<void> serve(std::unique_ptr<Connection> connection, const ListenerInfo& listener) override;
    std::string refusal(std::string_view reason) const override {
        return "sorry " + std::string(reason) + "\r\n";
    }

    std::atomic<int> sessions{0};
    std::atomic<int> failed_writes{0};

private:
    Runtime& runtime_;
};

class QuietLogger final : public Logger {
public:
    bool enabled(LogLevel) const override { return false; }
    void write(LogLevel, std::string_view, std::initializer_list<LogField>) override {}
};

class TestServer {
public:
    struct Options {
        ListenerInfo::Tls tls = ListenerInfo::Tls::none;
        std::size_t max_connections = 0;
        std::size_t total_connections = 100'000;
    };
    explicit TestServer(Options options);
    ~TestServer();

    std::uint16_t port() const { return listener_->local_endpoint().port; }
    /// What the server does on SIGTERM, as far as connections go. Waits until they are gone.
    bool stop();

    QuietLogger log;
    TestCertificate certificate{"first"};
    std::unique_ptr<TlsServerContext> tls;
    runtime::KernelRuntime kernel{2};
    std::shared_ptr<runtime::LeaseLedger> leases = std::make_shared<runtime::LeaseLedger>();
    std::unique_ptr<Runtime> runtime;
    std::unique_ptr<LineProtocol> protocol;
    std::shared_ptr<ConnectionLimits> limits;

private:
    std::unique_ptr<Listener> listener_;
    bool stopped_ = false;
};

/// "xxx...TAIL"
std::string xs(std::size_t count, const std::string& tail);

/// A blocking client socket with a time limit of 20 seconds on everything.
class Client {
public:
    explicit Client(std::uint16_t port);
    ~Client();
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    void send(const std::string& text);
    /// Up to the next line end, without it; "(end)" at the end of the stream, "(reset)" and so on on errors.
    std::string line();
    /// send() of the command with a line end, then line().
    std::string ask(const std::string& command);
    /// TLS handshake; "" if it worked. `alpn` as one protocol name, "" for none.
    std::string start_tls(const std::string& alpn = "");
    std::string tls_subject() const;
    int descriptor() const { return descriptor_; }

private:
    long receive(char* data, std::size_t size);

    int descriptor_ = -1;
    SSL* ssl_ = nullptr;
    std::string buffer_;
};

}  // namespace postern::net
