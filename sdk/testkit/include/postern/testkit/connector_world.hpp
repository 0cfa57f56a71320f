#pragma once
// The provider that the connector kit (connector_contract.hpp) lets a connector talk to: a model of one mailbox, and the
// server's half of the protocol as a function from octets to octets. There is no I/O in it: the kit owns the line and cuts,
// delays and falsifies it.
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "postern/config/config_node.hpp"
#include "postern/gateway/remote.hpp"

namespace postern::testkit {

/// The provider's end of one connection. It is destroyed when the line is gone, however that came about: what the protocol
/// makes effective only at its end must not become so by that.
class Peer {
public:
    virtual ~Peer() = default;

    /// What the provider says first; "" where the client begins.
    virtual std::string greet() { return {}; }
    /// What it says to these octets: a part of a request, one, or several.
    virtual std::string answer(std::string_view octets) = 0;
    /// What it says unasked by now (news to a client that listens).
    virtual std::string unasked() { return {}; }
    /// TLS is on from here.
    virtual void secured() {}
    /// It hangs up after what it has said.
    virtual bool finished() const { return false; }
};

/// What a provider with folders and flags lets the kit see and do beside World. INBOX is one of the folders.
class FolderWorld {
public:
    struct State {
        std::uint8_t flags = 0;  ///< mail::Flag bits
        std::vector<std::string> keywords;
        bool operator==(const State&) const = default;
    };
    virtual ~FolderWorld() = default;

    /// "INBOX", "Work", "Work/Old": UTF-8, parents before '/'.
    virtual std::vector<std::string> folders() const = 0;
    virtual std::vector<std::string> contents_of(const std::string& folder) const = 0;
    /// Of a message of INBOX.
    virtual State state(std::size_t index) const = 0;
    virtual void set_state(std::size_t index, State state) = 0;
};

/// A provider with one account. It answers truthfully and at once, and supports all that the connector claims to be able to do.
class World {
public:
    /// How it answers whoever signs in.
    enum class Mood {
        normal,
        busy,     ///< "too many connections", "in use": to be asked again later
        failing,  ///< "temporary internal error"
    };
    virtual ~World() = default;

    /// A line was opened to it.
    virtual std::unique_ptr<Peer> accept() = 0;
    /// The one credential that it takes.
    virtual gateway::RemoteCredential credential() const { return {"ann@example.net", "open-Sesame-7"}; }
    /// The source's `options:`; by default none.
    virtual ConfigNode settings() const { return ConfigNode(); }

    /// A message arrives in INBOX. Lines end with CRLF unless the kit tests others; the last one always does.
    virtual void deliver(std::string content) = 0;
    /// Another client removes a message of INBOX, effective at once, even for sessions that have listed it.
    virtual void withdraw(std::size_t index) = 0;
    /// INBOX as the provider has it for good, oldest first.
    virtual std::vector<std::string> contents() const = 0;

    /// False: the protocol has no words for this mood.
    virtual bool set_mood(Mood /*mood*/) { return false; }
    /// True if the client asks for TLS by a command of the protocol (gateway::RemoteTls::starttls).
    virtual bool offers_starttls() const { return false; }
    /// Pieces of replies that could go on for ever, each repeated by the kit without end. The kit has some of its own that no
    /// protocol means.
    virtual std::vector<std::string> endless_replies() const { return {}; }
    /// Null: one mailbox without flags.
    virtual FolderWorld* with_folders() { return nullptr; }
};

}  // namespace postern::testkit
