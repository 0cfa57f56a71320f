#include "server.hpp"

#include "postern/runtime/runtime.hpp"
#include "session.hpp"

namespace postern::imap {

Server::Server(Host& host) : host_(host), engine_(registries_, settings_) {}

Result<void> Server::resolve(const Lookup& lookup) {
    auth_ = lookup.find<AuthService>();
    mail_ = lookup.find<mail::MailService>();
    if (auth_ == nullptr) return Error(Errc::not_found, "nothing provides sign-in (postern.auth.service)");
    if (mail_ == nullptr) return Error(Errc::not_found, "nothing provides mailboxes (postern.mail.service)");
    return registries_.collect(lookup);
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
