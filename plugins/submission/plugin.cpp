#include "submission/plugin.hpp"

namespace postern::submission {

Result<void> Server::resolve(const Lookup& lookup) {
    auto* auth = lookup.find<AuthService>();
    services_.mail = lookup.find<mail::MailService>();
    services_.delivery = lookup.find<mail::DeliveryService>();
    services_.relay = lookup.find<mail::RelayLines>();
    if (auth == nullptr) return Error(Errc::not_found, "nothing provides sign-in (postern.auth.service)");
    if (services_.mail == nullptr)
        return Error(Errc::not_found, "nothing provides mailboxes (postern.mail.service)");
    if (services_.delivery == nullptr)
        return Error(Errc::not_found, "nothing delivers mail (postern.mail.delivery)");
    services_.mechanisms.collect(lookup, *auth);
    services_.queue.set_services(services_.mail, services_.relay, lookup.find<mail::AccountScan>());
    return {};
}

Task<void> Server::serve(std::unique_ptr<Connection> connection, const ListenerInfo& /*listener*/) {
    std::unique_ptr<smtp::Receiver> receiver = std::make_unique<SubmissionReceiver>(services_);
    Runtime* runtime = &services_.host.runtime();
    const smtp::ServerOptions* options = &services_.settings.server;
    const SaslMechanisms* mechanisms = &services_.mechanisms;
    co_await smtp::serve(runtime, options, mechanisms, std::move(receiver), std::move(connection));
}

std::string Server::refusal(std::string_view reason) const {
    return smtp::refusal(services_.settings.server, reason);
}

void SubmissionPlugin::configure(const ConfigNode& config, Diagnostics& problems) {
    server_.services().settings = read_settings(config, problems);
    const Settings& settings = server_.services().settings;
    server_.services().sent.set_memory(settings.sent_memory);
    server_.services().queue.configure(settings.longest_hold, settings.most_held, settings.keep_sent);
}

Task<Result<void>> SubmissionPlugin::start() {
    server_.services().queue.start();
    co_return Result<void>();
}

Result<void> SubmissionPlugin::declare(Registrar& registrar) {
    registrar.add<Protocol>("submission", server_);
    registrar.add<mail::ExistingCopies>("submission", server_.services().sent);
    return {};
}

}  // namespace postern::submission
