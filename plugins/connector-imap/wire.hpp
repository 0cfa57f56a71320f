#pragma once
// The line to an IMAP server: sends commands, reads responses, with a watchdog on every step and a bound on everything.
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "connector-imap/responses.hpp"
#include "postern/gateway/remote.hpp"
#include "postern/net/stream.hpp"
#include "postern/runtime/runtime.hpp"

namespace postern::imap_client {

template <class T>
using Outcome = gateway::Outcome<T>;

/// Takes the untagged responses of a command. False: what it says makes no sense, the line ends.
using Taker = std::function<bool(Response& response)>;

/// A command with at most one literal, which must live until it is answered.
struct CommandText {
    std::string text;          ///< without tag and CRLF; ends before "{"
    std::string_view literal;  ///< with `has_literal`
    bool has_literal = false;
    bool secret = false;  ///< wiped after it was sent
};

class Wire {
public:
    Wire(std::unique_ptr<Connection> connection, gateway::SessionLimits limits);
    ~Wire();

    /// False after a lost line or a response that made no sense.
    bool alive() const { return alive_; }
    /// Nothing more is read or sent.
    void fail() { alive_ = false; }

    /// Told of every untagged response before a command's own taker: EXISTS and the like may come at any time.
    void observe(Taker observer) { observer_ = std::move(observer); }

    /// The next response, whatever it is.
    Task<Outcome<Response>> read();
    /// Sends the command; answers its tag.
    Task<Outcome<std::string>> send(CommandText command);
    /// Octets as they are: an answer to a continuation, DONE.
    Task<Outcome<void>> send_line(std::string line, bool secret = false);
    /// Reads on until the response with this tag.
    Task<Outcome<Status>> finish(std::string tag, Taker taker);
    /// send and finish.
    Task<Outcome<Status>> command(std::string text, Taker taker = nullptr);
    Task<Outcome<Status>> command(CommandText command, Taker taker);
    /// Until the server says "+", or refuses with the tagged response (then the status is set).
    Task<Outcome<std::optional<Status>>> wait_for_continuation(std::string tag);
    /// Reads one response and gives it to the observer; the tagged one with this tag is answered.
    Task<Outcome<std::optional<Status>>> step(std::string tag, Taker taker);

    /// Whether anything was sent or received within `span`.
    bool busy_within(std::chrono::steady_clock::duration span) const;
    /// Octets that were received and not read yet.
    bool has_unread() const { return position_ < filled_ || !reader_.idle(); }
    /// TLS by the client, after what was received in plain text is thrown away (injected responses).
    Task<Outcome<void>> start_tls(gateway::RemoteServer server);
    Task<void> shutdown();
    /// The user is signed in: responses may be as large as the session's limits say.
    void trust();

    Connection& connection() { return *connection_; }
    const gateway::SessionLimits& limits() const { return limits_; }
    void set_command_timeout(std::chrono::seconds timeout) { limits_.command_timeout = timeout; }
    /// How long a read may take; 0: the command time-out.
    void set_patience(std::chrono::seconds patience) { patience_ = patience; }
    void use_literal_plus() { literal_plus_ = true; }

private:
    Task<Outcome<void>> fill();
    Task<Outcome<void>> write(std::string_view octets);
    gateway::Fault lost(const Error& error);
    gateway::Fault broken(std::string text);
    bool observed(Response& response);

    std::unique_ptr<Connection> connection_;
    gateway::SessionLimits limits_;
    std::vector<char> buffer_;
    std::size_t position_ = 0;
    std::size_t filled_ = 0;
    ResponseReader reader_;
    Taker observer_;
    bool alive_ = true;
    bool literal_plus_ = false;
    std::string goodbye_;  ///< what BYE said
    std::uint64_t last_tag_ = 0;
    std::uint64_t responses_ = 0;  ///< since something was sent
    std::uint64_t most_responses_;
    std::set<std::string> unanswered_;        ///< tags of commands that were sent
    std::map<std::string, Status> answered_;  ///< sooner than commands that were sent before
    std::chrono::seconds patience_{0};
    std::chrono::steady_clock::time_point last_traffic_;
};

}  // namespace postern::imap_client
