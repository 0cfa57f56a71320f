#pragma once
// The line to a POP3 server: sends commands, reads replies, with a watchdog on every step and a bound on everything.
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "connector-pop3/multiline.hpp"
#include "connector-pop3/reply.hpp"
#include "postern/gateway/remote.hpp"
#include "postern/net/stream.hpp"
#include "postern/runtime/runtime.hpp"

namespace postern::pop3 {

template <class T>
using Outcome = gateway::Outcome<T>;

class Wire {
public:
    Wire(std::unique_ptr<Connection> connection, gateway::SessionLimits limits);
    ~Wire();

    /// False after a lost line or a reply that made no sense.
    bool alive() const { return alive_; }
    /// Nothing more is read or sent.
    void fail() { alive_ = false; }

    /// Sends one command; CRLF is added. The text is wiped afterwards if it holds a secret.
    Task<Outcome<void>> send(std::string command, bool secret = false);
    Task<Outcome<StatusLine>> read_status();
    struct Data {
        bool normalised = false;
        bool refused = false;  ///< the sink took no more: the rest of the reply was not read
        std::uint64_t octets = 0;
    };
    /// The data of a multi-line reply into `sink`, which lives until this answers.
    Task<Outcome<Data>> read_data(DataSink* sink, bool bare_lf);
    /// send and read_status.
    Task<Outcome<StatusLine>> command(std::string text, bool secret = false);

    /// Octets that nobody asked for are waiting.
    bool has_unread() const { return position_ < filled_; }
    /// Whether anything was sent or received within `span`.
    bool busy_within(std::chrono::steady_clock::duration span) const;
    /// TLS by the client, after what was received in plain text is thrown away (RFC 2595; injected replies).
    Task<Outcome<void>> start_tls(gateway::RemoteServer server);
    Task<void> shutdown();

    Connection& connection() { return *connection_; }
    const gateway::SessionLimits& limits() const { return limits_; }
    void set_command_timeout(std::chrono::seconds timeout) { limits_.command_timeout = timeout; }

private:
    Task<Outcome<void>> fill();
    std::string_view unread() const { return {buffer_.data() + position_, filled_ - position_}; }
    gateway::Fault lost(const Error& error);
    gateway::Fault broken(std::string text);

    std::unique_ptr<Connection> connection_;
    gateway::SessionLimits limits_;
    std::vector<char> buffer_;
    std::size_t position_ = 0;
    std::size_t filled_ = 0;
    bool alive_ = true;
    std::chrono::steady_clock::time_point last_traffic_;
};

}  // namespace postern::pop3
