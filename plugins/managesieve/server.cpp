#include "server.hpp"

#include "session.hpp"

namespace postern::managesieve {

ManageSieve::ManageSieve(Host& host) {
    services_.runtime = &host.runtime();
    services_.log = &host.log();
}

void ManageSieve::configure(const ConfigNode& config, Diagnostics& problems) {
    config.check_keys({"autologout", "sign_in_time"}, problems);
    const auto seconds = [&](std::string_view key, std::chrono::seconds fallback) {
        const auto value = config.get_duration(key, fallback, problems);
        return std::max(std::chrono::seconds(1), std::chrono::duration_cast<std::chrono::seconds>(value));
    };
    services_.settings.autologout = seconds("autologout", services_.settings.autologout);
    services_.settings.sign_in_time = seconds("sign_in_time", services_.settings.sign_in_time);
}

Result<void> ManageSieve::declare(Registrar& registrar) {
    registrar.add<Protocol>("managesieve", *this);
    return {};
}

Result<void> ManageSieve::resolve(const Lookup& lookup) {
    auto* auth = lookup.find<AuthService>();
    services_.mail = lookup.find<mail::MailService>();
    services_.scripts = lookup.find<mail::ScriptStore>();
    services_.engine = lookup.find<sieve::Engine>();
    if (auth == nullptr || services_.mail == nullptr || services_.scripts == nullptr) {
        return Error(Errc::not_found, "nothing provides sign-in, mailboxes or scripts");
    }
    services_.mechanisms.collect(lookup, *auth);
    return {};
}

std::string ManageSieve::refusal(std::string_view reason) const {
    return "BYE (TRYLATER) \"" + std::string(reason) + "\"\r\n";
}

Task<void> ManageSieve::serve(std::unique_ptr<Connection> connection, const ListenerInfo&) {
    auto session = std::make_unique<Session>(services_, std::move(connection));
    session->greet();
    co_await drive(std::move(session));
}

Task<void> ManageSieve::drive(std::unique_ptr<Session> session) {
    const auto next = co_await session->run();
    if (next == Session::Next::end) co_return;
    // Everything of an account runs on one core.
    const Executor executor = session->home();
    Runtime& runtime = session->runtime();
    if (!session->move_to(executor)) co_return;
    runtime.spawn(executor, "managesieve session", drive(std::move(session)));
}

}  // namespace postern::managesieve
