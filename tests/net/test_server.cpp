#include "tests/net/test_server.hpp"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/post.hpp>
#include <cstring>
#include <stdexcept>

#include "kernel/net/net_core.hpp"

namespace postern::net {

namespace {

/// One session of LineProtocol; a class of its own because MOVE continues it elsewhere.
class LineSession {
public:
    LineSession(Runtime& runtime, std::unique_ptr<Connection> connection, LineProtocol& protocol)
        : runtime_(runtime), connection_(std::move(connection)), protocol_(protocol) {}

    static Task<void> run(std::unique_ptr<LineSession> self) {
        while (true) {
            auto command = co_await self->read_line();
            if (!command) {
                co_await self->goodbye(command.error().code);
                co_return;
            }
            if (*command == "QUIT") co_return;
            if (*command == "MOVE") {
                self->move(std::move(self));
                co_return;
            }
            auto done = co_await self->execute(*command);
            if (!done) {
                ++self->protocol_.failed_writes;
                co_return;
            }
        }
    }

private:
    std::size_t core_number() const {
        std::size_t i = 0;
        while (connection_->executor() != runtime_.core(i)) ++i;
        return i;
    }

    void move(std::unique_ptr<LineSession> self) {
        const Executor next = runtime_.core((core_number() + 1) % runtime_.core_count());
        const auto moved = connection_->move_to(next);
        if (!moved) return;
        runtime_.spawn(next, "moved", continue_there(std::move(self)));
    }

    static Task<void> continue_there(std::unique_ptr<LineSession> self) {
        auto written = co_await self->connection_->stream().write("moved\r\n");
        if (written) co_await run(std::move(self));
    }

    Task<Result<std::string>> read_line() {
        while (buffer_.find('\n') == std::string::npos) {
            char data[1024];
            auto got = co_await connection_->stream().read_some(data);
            if (!got) co_return got.error();
            if (*got == 0) co_return std::string("QUIT");
            buffer_.append(data, *got);
        }
        const auto end = buffer_.find('\n');
        std::string line = buffer_.substr(0, end);
        buffer_.erase(0, end + 1);
        if (!line.empty() && line.back() == '\r') line.pop_back();
        co_return line;
    }

    Task<void> goodbye(Errc why) {
        std::string text = "bye ";
        text += why != Errc::cancelled ? "error" : connection_->deadline_passed() ? "deadline" : "cancelled";
        if (runtime_.stopping()) text = "bye stopping";
        text += "\r\n";
        auto written = co_await connection_->stream().write(text);
        if (!written) ++protocol_.failed_writes;
        co_await connection_->stream().shutdown();
    }

    Task<Result<void>> execute(std::string command) {
        std::string reply = "?\r\n";
        if (command.starts_with("ECHO ")) reply = command.substr(5) + "\r\n";
        if (command == "THREAD") reply = std::to_string(core_number()) + "\r\n";
        if (command == "TLS") reply = tls_text();
        if (command.starts_with("BIG ")) reply = std::string(std::stoul(command.substr(4)), 'x');
        if (command.starts_with("DEADLINE ")) {
            connection_->set_deadline(std::chrono::seconds(std::stoi(command.substr(9))));
            reply = "ok\r\n";
        }
        if (command == "CANCEL") {
            connection_->cancel();
            co_return Result<void>{};
        }
        if (command == "WAIT") {
            auto told = co_await connection_->stream().write("waiting\r\n");
            if (!told) co_return told;
            connection_->stream().release_memory();
            auto ready = co_await connection_->stream().wait_readable();
            if (!ready) co_return ready.error();
            reply = "waited\r\n";
        }
        if (command == "STARTTLS") {
            auto told = co_await connection_->stream().write("go\r\n");
            if (!told) co_return told;
            buffer_.clear();  // injected plaintext
            auto secured = co_await connection_->start_tls_server();
            co_return secured;
        }
        auto written = co_await connection_->stream().write(reply);
        co_return written;
    }

    std::string tls_text() const {
        const auto* tls = connection_->tls();
        if (tls == nullptr) return "plain\r\n";
        return tls->protocol + " " + std::to_string(tls->channel_binding.size()) + " " + tls->server_name +
               "\r\n";
    }

    Runtime& runtime_;
    std::unique_ptr<Connection> connection_;
    LineProtocol& protocol_;
    std::string buffer_;
};

}  // namespace

Task<void> LineProtocol::serve(std::unique_ptr<Connection> connection, const ListenerInfo& /*listener*/) {
    ++sessions;
    auto greeted = co_await connection->stream().write("hello\r\n");
    if (!greeted) co_return;
    auto session = std::make_unique<LineSession>(runtime_, std::move(connection), *this);
    co_await LineSession::run(std::move(session));
}

TestServer::TestServer(Options options) {
    tls = std::move(*TlsServerContext::load(certificate.certificate(), certificate.key()));
    runtime = kernel.facade(leases, log);
    protocol = std::make_unique<LineProtocol>(*runtime);
    limits = std::make_shared<ConnectionLimits>(options.total_connections, 5);
    config::ListenerEntry entry;
    entry.info.protocol = "line";
    entry.info.tls = options.tls;
    entry.endpoint = {"127.0.0.1", 0};
    entry.max_connections = options.max_connections;
    listener_ = std::make_unique<Listener>(entry, *protocol, tls.get(), limits, *runtime, log);
    const auto opened = listener_->open();
    if (!opened) throw std::runtime_error(opened.error().text);
    kernel.start();
    listener_->start();
}

TestServer::~TestServer() {
    stop();
    kernel.stop();
}

bool TestServer::stop() {
    if (std::exchange(stopped_, true)) return true;
    listener_->stop();
    kernel.begin_stop();
    for (std::size_t i = 0; i < kernel.core_count(); ++i) {
        const Executor core = kernel.core(i);
        boost::asio::post(core, [core] { NetCore::of(core).stop_all(); });
    }
    return leases->wait_until_free(std::chrono::steady_clock::now() + std::chrono::seconds(20));
}

std::string xs(std::size_t count, const std::string& tail) {
    return std::string(count, 'x').append(tail);
}

Client::Client(std::uint16_t port) : descriptor_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const timeval limit{20, 0};
    setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(descriptor_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
        throw std::runtime_error(std::string("connect: ") + std::strerror(errno));
    }
}

Client::~Client() {
    SSL_free(ssl_);
    close(descriptor_);
}

void Client::send(const std::string& text) {
    if (ssl_ != nullptr) {
        SSL_write(ssl_, text.data(), static_cast<int>(text.size()));
    } else {
        static_cast<void>(::send(descriptor_, text.data(), text.size(), MSG_NOSIGNAL));
    }
}

long Client::receive(char* data, std::size_t size) {
    if (ssl_ != nullptr) return SSL_read(ssl_, data, static_cast<int>(size));
    return recv(descriptor_, data, size, 0);
}

std::string Client::line() {
    std::size_t end = 0;
    while ((end = buffer_.find('\n', end)) == std::string::npos) {
        end = buffer_.size();
        char data[16384];
        const auto n = receive(data, sizeof data);
        if (n == 0) return "(end)";
        if (n < 0) return std::string("(") + std::strerror(errno) + ")";
        buffer_.append(data, static_cast<std::size_t>(n));
    }
    std::string out = buffer_.substr(0, end);
    buffer_.erase(0, end + 1);
    if (!out.empty() && out.back() == '\r') out.pop_back();
    return out;
}

std::string Client::ask(const std::string& command) {
    send(command + "\r\n");
    return line();
}

std::string Client::start_tls(const std::string& alpn) {
    static SSL_CTX* const context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
    ssl_ = SSL_new(context);
    SSL_set_fd(ssl_, descriptor_);
    SSL_set_tlsext_host_name(ssl_, "localhost");
    if (!alpn.empty()) {
        std::string wire(1, static_cast<char>(alpn.size()));
        wire += alpn;
        SSL_set_alpn_protos(ssl_, reinterpret_cast<const unsigned char*>(wire.data()),
                            static_cast<unsigned>(wire.size()));
    }
    ERR_clear_error();
    if (SSL_connect(ssl_) == 1) return "";
    return tls_error_text("handshake failed");
}

std::string Client::tls_subject() const {
    char name[256] = {};
    X509* certificate = SSL_get0_peer_certificate(ssl_);
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name, sizeof name);
    return name;
}

}  // namespace postern::net
