#include "server.hpp"

#include "postern/config/nearest.hpp"
#include "postern/plugin/catalogue.hpp"
#include "postern/runtime/runtime.hpp"
#include "session.hpp"

namespace postern::imap {

Server::Server(Host& host) : host_(host), everything_(settings_) {}

void Server::configure_listener(const ListenerInfo& listener, Diagnostics& problems) {
    const ConfigNode& settings = listener.settings;
    settings.check_keys({"protocol", "address", "tls", "max_connections", "client_certificates", "without"},
                        problems);
    const auto* catalogue = lookup_->find<PluginCatalogue>();
    if (!settings["without"].exists() || catalogue == nullptr) return;
    const std::vector<std::string> extensions = catalogue->dependents("imap");
    const std::vector<std::string_view> known(extensions.begin(), extensions.end());
    PluginNames left_out;
    for (const std::string& name : settings.get_strings("without", problems)) {
        if (std::ranges::find(known, name) == known.end()) {
            problems.error(settings["without"].place(),
                           "`" + name + "` is no IMAP extension that is loaded" + suggestion(name, known));
            continue;
        }
        left_out.insert(name);
        for (std::string& dependent : catalogue->dependents(name)) left_out.insert(std::move(dependent));
    }
    Offer& offer = restricted_.try_emplace(settings.place().to_string(), settings_).first->second;
    offer.registries.without = std::move(left_out);
}

Offer& Server::offer(const ListenerInfo& listener) {
    const auto found = restricted_.find(listener.settings.place().to_string());
    return found == restricted_.end() ? everything_ : found->second;
}

bool Server::has(const Session& session, std::string_view plugin) const {
    return !registries_of(session).without.contains(plugin);
}

Result<void> Server::resolve(const Lookup& lookup) {
    auth_ = lookup.find<AuthService>();
    mail_ = lookup.find<mail::MailService>();
    if (auth_ == nullptr) return Error(Errc::not_found, "nothing provides sign-in (postern.auth.service)");
    if (mail_ == nullptr) return Error(Errc::not_found, "nothing provides mailboxes (postern.mail.service)");
    everything_.registries.collect(lookup);
    const auto& modes = everything_.registries.modes.all();
    if (modes.size() > SessionMode::max_modes)
        return Error(Errc::invalid, "the IMAP extensions bring more session modes than there are bits");
    for (unsigned index = 0; index < modes.size(); ++index) modes[index]->set_index(index);
    for (auto& [place, offer] : restricted_) offer.registries.collect(lookup);
    return {};
}

std::string Server::refusal(std::string_view reason) const {
    return "* BYE [UNAVAILABLE] " + std::string(reason) + "\r\n";
}

Task<void> Server::serve(std::unique_ptr<Connection> connection, const ListenerInfo& listener) {
    auto session = std::make_unique<ServerSession>(*this, std::move(connection), listener);
    co_await session->greet();
    co_await drive(std::move(session));
}

Task<void> Server::drive(std::unique_ptr<ServerSession> session) {
    const auto next = co_await session->run();
    if (next == ServerSession::Next::end) co_return;
    // Everything of an account runs on one core: the session goes there and continues in a coroutine of that core.
    const Executor executor = session->home();
    Runtime& runtime = session->runtime();
    if (!session->move_to(executor)) co_return;
    runtime.spawn(executor, "imap session", drive(std::move(session)));
}

}  // namespace postern::imap
