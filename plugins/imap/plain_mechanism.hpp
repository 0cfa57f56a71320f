#pragma once
// SASL PLAIN (RFC 4616).
#include "postern/imap/ext/authentication.hpp"

namespace postern::imap {

class Server;

class PlainMechanism final : public SaslMechanism {
public:
    explicit PlainMechanism(Server& server) : server_(server) {}
    /// Not while the password could be read on the way.
    bool available(const SaslPeer& peer) const override { return peer.is_private; }
    std::unique_ptr<SaslExchange> start(const SaslPeer& peer) override;

private:
    Server& server_;
};

}  // namespace postern::imap
