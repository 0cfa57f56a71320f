#include "relay/service.hpp"

#include "postern/runtime/log.hpp"

namespace postern::relay {

namespace {
/// Beyond that, everything is forgotten: a bound on memory, not a policy.
constexpr std::size_t max_remembered = 100'000;
}  // namespace

bool Rates::take(AccountId account, unsigned most, Clock::time_point now) {
    const std::lock_guard lock(mutex_);
    if (sent_.size() >= max_remembered) sent_.clear();
    auto& times = sent_[value_of(account)];
    while (!times.empty() && now - times.front() > std::chrono::hours(1)) times.pop_front();
    if (times.size() >= most) return false;
    times.push_back(now);
    return true;
}

Result<void> Service::resolve(const Lookup& lookup) {
    dialer_ = lookup.find<Dialer>();
    if (dialer_ == nullptr) return Error(Errc::not_found, "the host has no dialer");
    // `gateway` is one plugin; its registration has a name, as others may lend credentials.
    for (const auto& lender : lookup.all<gateway::ProviderCredentials>()) provider_ = lender.object;
    return {};
}

Task<Result<Service::Lent>> Service::lent_by_gateway(AccountId account, std::string login,
                                                     const SmartHost* host) {
    std::string wanted = login;
    auto found = co_await provider_->credential_of(account, std::move(wanted));
    if (!found && found.error().code == Errc::not_found)
        co_return Error(Errc::authentication_failed, "no password of this account is known");
    if (!found) co_return found.error();
    auto credential = std::make_shared<Credential>();
    credential->is_token = found->credential.kind == gateway::CredentialKind::oauth_token;
    // Refused here, and plainly: the server would only say that the token is no good.
    if (credential->is_token && !host->scope.empty() && !has_scope(found->scopes, host->scope))
        co_return Error(Errc::permission_denied,
                        "what the user has consented to does not cover sending (" + host->scope + ")");
    // An account with a name of its own is known there by the name of its source.
    const bool own_name = login.find('@') == std::string::npos;
    credential->user = credential->is_token || own_name ? found->credential.login : login;
    if (host->local_part_only)
        credential->user.resize(std::min(credential->user.size(), credential->user.rfind('@')));
    credential->password = found->credential.secret;
    Lent lent;
    lent.credential = std::move(credential);
    lent.origin = std::move(*found);
    co_return lent;
}

Task<Result<Service::Lent>> Service::credential_of(AccountId account, std::string login,
                                                   const SmartHost* host) {
    Lent lent;
    if (host->auth == SmartHost::Auth::none) co_return lent;
    if (host->auth == SmartHost::Auth::account) {
        if (provider_ == nullptr)
            co_return Error(Errc::authentication_failed, "nothing here knows passwords of providers");
        auto found = co_await lent_by_gateway(account, std::move(login), host);
        co_return found;
    }
    auto credential = std::make_shared<Credential>();
    credential->user = host->user;
    credential->password = host->password;
    lent.credential = std::move(credential);
    co_return lent;
}

Task<Result<std::unique_ptr<Client>>> Service::connect(const SmartHost* host,
                                                       std::shared_ptr<const Credential> credential) {
    Dialer::Target target;
    target.host = host->host;
    target.port = host->port;
    target.connect_timeout = settings_.connect_timeout;
    auto connection = co_await dialer_->dial(std::move(target));
    if (!connection) co_return Error(Errc::unavailable, "the smart host: " + connection.error().text);
    auto client = std::make_unique<Client>(std::move(*connection), settings_.timeout);
    auto ready = co_await client->begin(host, settings_.name, std::move(credential));
    if (!ready) co_return ready.error();
    co_return std::move(client);
}

Task<Result<std::unique_ptr<mail::RelayLine>>> Service::open(AccountId account, std::string login) {
    const SmartHost* host = settings_.find(login);
    if (host == nullptr) co_return Error(Errc::unsupported, "this account has no smart host");
    // A token may have been withdrawn before its time: another is asked for, once.
    for (bool again = false;; again = true) {
        std::string name = login;
        auto lent = co_await credential_of(account, std::move(name), host);
        if (!lent) {
            host_.log().warning("nothing can be sent",
                                {{"login", login}, {"error", lent.error().to_string()}});
            co_return lent.error();
        }
        auto client = co_await connect(host, lent->credential);
        if (client) co_return std::unique_ptr<mail::RelayLine>(std::move(*client));
        const bool token = lent->credential && lent->credential->is_token;
        const bool refused = client.error().code == Errc::authentication_failed;
        if (token && refused) co_await provider_->refused(account, *lent->origin);
        if (token && refused && !lent->origin->fresh && !again) continue;
        host_.log().warning("the smart host cannot be used",
                            {{"login", login}, {"error", client.error().text}});
        co_return client.error();
    }
}

Task<Result<mail::RelayAnswer>> Service::send(AccountId account, std::string login, mail::OutgoingMail mail) {
    if (!rates_.take(account, settings_.rate, Rates::Clock::now()))
        co_return Error(Errc::unavailable, "the account sends too much");
    auto line = co_await open(account, std::move(login));
    if (!line) co_return line.error();
    mail::RelayAnswer answer;
    const std::vector<mail::EnvelopeRecipient> recipients = mail.recipients;
    const std::shared_ptr<const std::string> content = mail.content;
    auto reply = co_await (*line)->sender(std::move(mail), content->size());
    if (!reply) co_return reply.error();
    bool any = false;
    for (const mail::EnvelopeRecipient& recipient : recipients) {
        if (reply->positive()) {
            auto next = co_await (*line)->recipient(recipient);
            if (!next) co_return next.error();
            any = any || next->positive();
            answer.recipients.push_back({next->code, next->text});
        } else {
            answer.recipients.push_back({reply->code, reply->text});
        }
    }
    if (any) {
        auto last = co_await (*line)->content(content);
        if (!last) co_return last.error();
        answer.final = {last->code, last->text};
    }
    co_await (*line)->close();
    co_return answer;
}

}  // namespace postern::relay
