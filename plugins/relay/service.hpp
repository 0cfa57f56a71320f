#pragma once
// Lines to smart hosts with the accounts' credentials, and messages over them.
#include <chrono>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "postern/auth/auth.hpp"
#include "postern/gateway/provider_credentials.hpp"
#include "postern/mail/account.hpp"
#include "postern/mail/delivery.hpp"
#include "postern/mail/relay_line.hpp"
#include "postern/plugin/plugin.hpp"
#include "relay/client.hpp"
#include "relay/settings.hpp"

namespace postern::relay {

/// How much each account has sent within an hour. Any thread.
class Rates {
public:
    using Clock = std::chrono::steady_clock;
    /// True if one more may leave; it is counted then.
    bool take(AccountId account, unsigned most, Clock::time_point now);

private:
    std::mutex mutex_;
    std::unordered_map<std::uint64_t, std::deque<Clock::time_point>> sent_;
};

class Service final : public mail::RelayLines, public mail::MailRelay {
public:
    explicit Service(Host& host) : host_(host) {}
    void set_settings(Settings settings) { settings_ = std::move(settings); }
    Result<void> resolve(const Lookup& lookup);

    bool has_host(const std::string& login) const override { return settings_.find(login) != nullptr; }
    Task<Result<std::unique_ptr<mail::RelayLine>>> open(AccountId account, std::string login) override;

    bool available(const std::string& login) const override { return has_host(login); }
    Task<Result<mail::RelayAnswer>> send(AccountId account, std::string login,
                                         mail::OutgoingMail mail) override;

private:
    /// A credential, and where it comes from if it is lent.
    struct Lent {
        std::shared_ptr<const Credential> credential;  ///< null: none is wanted
        std::optional<gateway::ProviderCredential> origin;
    };
    Task<Result<Lent>> credential_of(AccountId account, std::string login, const SmartHost* host);
    Task<Result<Lent>> lent_by_gateway(AccountId account, std::string login, const SmartHost* host);
    Task<Result<std::unique_ptr<Client>>> connect(const SmartHost* host,
                                                  std::shared_ptr<const Credential> credential);

    Host& host_;
    Settings settings_;
    Dialer* dialer_ = nullptr;
    gateway::ProviderCredentials* provider_ = nullptr;  ///< null: nothing collects
    Rates rates_;
};

}  // namespace postern::relay
