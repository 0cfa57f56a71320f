#pragma once
// One HTTP/1.1 line (RFC 9112) to a Letterbox server: a request, then its reply, with a watchdog on every step and a bound on
// everything. What it reads is parsed by Boost.Beast, which does no I/O here.
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "postern/gateway/fault.hpp"
#include "postern/gateway/remote.hpp"
#include "postern/net/stream.hpp"

namespace letterbox {

template <class T>
using Outcome = postern::gateway::Outcome<T>;

struct Reply {
    unsigned status = 0;
    std::string etag;
    std::chrono::seconds retry_after{0};
    std::string body;
};

/// What a status that nobody hoped for means.
postern::gateway::Fault fault_of(const Reply& reply);

class HttpLine {
public:
    HttpLine(std::unique_ptr<postern::Connection> connection, const postern::gateway::OpenRequest& request);
    ~HttpLine();

    /// False once the line is lost, out of step, or closed by the server.
    bool alive() const { return alive_; }
    /// Nothing more is sent or read.
    void fail() { alive_ = false; }
    postern::Task<Outcome<void>> start_tls(postern::gateway::RemoteServer server);
    /// `etag`: answered 304 if that is still so; "" for none.
    postern::Task<Outcome<void>> send(std::string method, std::string target, std::string etag = "");
    /// The reply to what was sent; its body is `body_limit` octets at most.
    postern::Task<Outcome<Reply>> receive(std::uint64_t body_limit);
    /// Both, for small bodies.
    postern::Task<Outcome<Reply>> ask(std::string method, std::string target, std::string etag = "");
    postern::Task<void> shutdown();

    postern::Connection& connection() { return *connection_; }

private:
    postern::Task<Outcome<void>> fill();
    postern::gateway::Fault lost(const postern::Error& error);
    postern::gateway::Fault broken(std::string text);

    std::unique_ptr<postern::Connection> connection_;
    postern::gateway::SessionLimits limits_;
    std::string common_fields_;  ///< of every request; wiped, for the credential is in it
    std::string input_;          ///< received, not parsed yet
    bool alive_ = true;
};

}  // namespace letterbox
