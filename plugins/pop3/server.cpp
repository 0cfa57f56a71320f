#include "pop3/server.hpp"

#include "pop3/session.hpp"

namespace postern::pop3 {

namespace {
/// Beyond that, everything is forgotten: a bound on memory, not a policy.
constexpr std::size_t max_remembered = 100'000;
}  // namespace

bool Usage::lock(AccountId account) {
    const std::lock_guard guard(mutex_);
    return locked_.insert(value_of(account)).second;
}

void Usage::unlock(AccountId account) {
    const std::lock_guard guard(mutex_);
    locked_.erase(value_of(account));
}

bool Usage::sign_in(AccountId account, std::chrono::seconds delay, Clock::time_point now) {
    if (delay.count() == 0) return true;
    const std::lock_guard guard(mutex_);
    if (signed_in_.size() >= max_remembered) signed_in_.clear();
    const auto [last, fresh] = signed_in_.try_emplace(value_of(account), now);
    if (!fresh && now - last->second < delay) return false;
    last->second = now;
    return true;
}

Result<void> Server::resolve(const Lookup& lookup) {
    auth_ = lookup.find<AuthService>();
    mail_ = lookup.find<mail::MailService>();
    locks_ = lookup.find<mail::AccountLocks>();
    if (locks_ != nullptr && !locks_->needed()) locks_ = nullptr;
    if (auth_ == nullptr) return Error(Errc::not_found, "nothing provides sign-in (postern.auth.service)");
    if (mail_ == nullptr) return Error(Errc::not_found, "nothing provides mailboxes (postern.mail.service)");
    mechanisms_.collect(lookup, *auth_);
    return {};
}

Task<void> Server::serve(std::unique_ptr<Connection> connection, const ListenerInfo& /*listener*/) {
    auto session = std::make_unique<Session>(*this, std::move(connection));
    co_await drive(std::move(session));
}

Task<void> Server::drive(std::unique_ptr<Session> session) {
    const auto next = co_await session->run();
    if (next == Session::Next::end) co_return;
    // Everything of an account runs on one core: the session goes there and continues in a coroutine of that core.
    const Executor executor = session->home();
    Runtime& runtime = session->runtime();
    if (!session->move_to(executor)) co_return;
    runtime.spawn(executor, "pop3 session", drive(std::move(session)));
}

std::string Server::refusal(std::string_view reason) const {
    return "-ERR [SYS/TEMP] " + std::string(reason) + "\r\n";
}

}  // namespace postern::pop3
