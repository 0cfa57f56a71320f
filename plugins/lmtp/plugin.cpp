#include "lmtp/plugin.hpp"

#include "lmtp/receiver.hpp"

namespace postern::lmtp {

Result<void> Server::resolve(const Lookup& lookup) {
    delivery_ = lookup.find<mail::DeliveryService>();
    if (delivery_ == nullptr) return Error(Errc::not_found, "nothing delivers mail (postern.mail.delivery)");
    return {};
}

Task<void> Server::serve(std::unique_ptr<Connection> connection, const ListenerInfo& /*listener*/) {
    std::unique_ptr<smtp::Receiver> receiver =
        std::make_unique<LmtpReceiver>(*delivery_, host_.log(), settings_);
    Runtime* runtime = &host_.runtime();
    const smtp::ServerOptions* options = &settings_.server;
    co_await smtp::serve(runtime, options, nullptr, std::move(receiver), std::move(connection));
}

std::string Server::refusal(std::string_view reason) const {
    return smtp::refusal(settings_.server, reason);
}

}  // namespace postern::lmtp
