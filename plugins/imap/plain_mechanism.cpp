#include "plain_mechanism.hpp"

#include "server.hpp"

namespace postern::imap {

namespace {

class PlainExchange final : public SaslExchange {
public:
    PlainExchange(Server& server, SaslPeer peer) : server_(server), peer_(std::move(peer)) {}

    Task<Result<SaslStep>> step(std::string message) override {
        // [authzid] NUL authcid NUL password
        const auto first = message.find('\0');
        const auto second = first == std::string::npos ? first : message.find('\0', first + 1);
        if (second == std::string::npos) {
            co_return Error(Errc::protocol_violation, "The response is not one of PLAIN");
        }
        const std::string authzid = message.substr(0, first);
        Credentials credentials;
        credentials.login = message.substr(first + 1, second - first - 1);
        credentials.password = message.substr(second + 1);
        credentials.protocol = peer_.protocol;
        credentials.peer_address = peer_.address;
        if (!authzid.empty() && authzid != credentials.login) {
            co_return Error(Errc::permission_denied,
                            "[AUTHORIZATIONFAILED] Acting for another user is not allowed");
        }
        auto identity = co_await server_.auth().sign_in(std::move(credentials));
        if (!identity) co_return identity.error();
        SaslStep step;
        step.identity = std::move(*identity);
        co_return step;
    }

private:
    Server& server_;
    SaslPeer peer_;
};

}  // namespace

std::unique_ptr<SaslExchange> PlainMechanism::start(const SaslPeer& peer) {
    return std::make_unique<PlainExchange>(server_, peer);
}

}  // namespace postern::imap
