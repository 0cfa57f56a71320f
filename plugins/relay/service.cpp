#include "relay/service.hpp"

#include "postern/gateway/credential.hpp"
#include "postern/gateway/source_config.hpp"
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
    sealer_ = lookup.find<Sealer>();
    mail_ = lookup.find<mail::MailService>();
    if (dialer_ == nullptr || sealer_ == nullptr || mail_ == nullptr)
        return Error(Errc::not_found, "the host has no dialer, sealer or mail service");
    return {};
}

Task<Result<std::shared_ptr<const Credential>>> Service::credential_of(AccountId account, std::string login,
                                                                       const SmartHost* host) {
    auto credential = std::make_shared<Credential>();
    if (host->auth == SmartHost::Auth::none) co_return std::shared_ptr<const Credential>();
    if (host->auth == SmartHost::Auth::fixed) {
        credential->user = host->user;
        credential->password = host->password;
        co_return std::shared_ptr<const Credential>(credential);
    }
    auto sources = co_await mail_->list_sources(account);
    if (!sources) co_return Error(Errc::unavailable, sources.error().text);
    for (const store::SourceRow& source : *sources) {
        if (source.sealed_credential.empty()) continue;
        // A refresh token is for its authorization server alone.
        const auto config = gateway::SourceConfig::parse(source.config);
        if (config.credential != gateway::CredentialKind::password) continue;
        auto password =
            sealer_->open(gateway::credential_context(account, source.id), source.sealed_credential);
        if (!password) co_return password.error();
        credential->user = host->local_part_only ? login.substr(0, login.rfind('@')) : login;
        credential->password = std::move(*password);
        co_return std::shared_ptr<const Credential>(credential);
    }
    co_return Error(Errc::authentication_failed, "no password of this account is known");
}

Task<Result<std::unique_ptr<mail::RelayLine>>> Service::open(AccountId account, std::string login) {
    const SmartHost* host = settings_.find(login);
    if (host == nullptr) co_return Error(Errc::unsupported, "this account has no smart host");
    auto credential = co_await credential_of(account, login, host);
    if (!credential) co_return credential.error();
    Dialer::Target target;
    target.host = host->host;
    target.port = host->port;
    target.connect_timeout = settings_.connect_timeout;
    auto connection = co_await dialer_->dial(std::move(target));
    if (!connection) co_return Error(Errc::unavailable, "the smart host: " + connection.error().text);
    auto client = std::make_unique<Client>(std::move(*connection), settings_.timeout);
    auto ready = co_await client->begin(host, settings_.name, std::move(*credential));
    if (!ready) {
        host_.log().warning("the smart host cannot be used",
                            {{"login", login}, {"error", ready.error().text}});
        co_return ready.error();
    }
    co_return std::unique_ptr<mail::RelayLine>(std::move(client));
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
