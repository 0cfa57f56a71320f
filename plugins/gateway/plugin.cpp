// gateway: lives in remote mailboxes over connectors. Settings: docs/gateway.md.
#include "postern/plugin/plugin.hpp"
#include "gateway/account_state.hpp"
#include "gateway/arrivals.hpp"
#include "gateway/engine.hpp"
#include "gateway/lent_credentials.hpp"
#include "gateway/sign_in.hpp"

namespace {

using namespace postern;

class GatewayPlugin final : public Plugin {
public:
    explicit GatewayPlugin(Host& host) : host_(host) {}

    void configure(const ConfigNode& config, Diagnostics& problems) override {
        settings_.read(config, problems);
    }

    Result<void> declare(Registrar& registrar) override {
        registrar.add<Authenticator>("gateway", entrance_);
        registrar.add<mail::AccountState>("gateway", state_);
        registrar.add<SignInObserver>("gateway", arrivals_);
        registrar.add<gateway::ProviderCredentials>("gateway", lent_);
        // Connectors are declared by now: the check of a configuration covers what they take.
        return settings_.resolve(registrar.lookup());
    }

    Result<void> resolve(const Lookup& lookup) override {
        auto* mail = lookup.find<mail::MailService>();
        auto* sealer = lookup.find<Sealer>();
        auto* hasher = lookup.find<PasswordHasher>();
        auto* dialer = lookup.find<Dialer>();
        if (mail == nullptr || sealer == nullptr || hasher == nullptr || dialer == nullptr) {
            return Error(Errc::internal, "the host has no mail service, sealer, hasher or dialer");
        }
        engine_ = std::make_unique<gateway::Engine>(host_.runtime(), host_.log(), settings_, *mail, *sealer);
        engine_->use(*dialer);
        if (auto* keys = lookup.find<SealingKeys>()) engine_->use_keys(*keys);
        sign_in_ = std::make_unique<gateway::SignIn>(*engine_, *hasher);
        entrance_.open(*sign_in_);
        state_.open(*engine_);
        arrivals_.open(*engine_);
        lent_.open(*engine_);
        return {};
    }

    boost::asio::awaitable<Result<void>> start() override {
        engine_->start();
        co_return Result<void>{};
    }

private:
    // Registered before the services it needs can be looked up.
    class Entrance final : public Authenticator {
    public:
        void open(Authenticator& inner) { inner_ = &inner; }
        Task<Result<Identity>> verify(Credentials credentials) override {
            auto result = co_await inner_->verify(std::move(credentials));
            co_return result;
        }

    private:
        Authenticator* inner_ = nullptr;
    };

    Host& host_;
    gateway::Settings settings_;
    Entrance entrance_;
    gateway::SourceAccountState state_;
    gateway::Arrivals arrivals_;
    gateway::LentCredentials lent_;
    std::unique_ptr<gateway::Engine> engine_;
    std::unique_ptr<gateway::SignIn> sign_in_;
};

constexpr postern_interface dependencies[] = {{"postern.gateway.connector", 1, 0, postern_requires}, {}};

}  // namespace

POSTERN_PLUGIN(
    GatewayPlugin,
    {.id = "gateway",
     .summary = "Keeps accounts in step with mailboxes of other providers",
     .dependencies = dependencies,
     .config_schema = "node: text  name of this process among those that share a store\n"
                      "max_sessions: number  sessions with providers at the same time\n"
                      "max_sessions_per_host: number  of them to one host\n"
                      "autoconfig: folder  files DOMAIN.xml that tell where domains have their mailboxes\n"
                      "resolver: ADDRESS:PORT  name server for `server: autoconfig` (the system's)\n"
                      "srv_hosts: list  domains that DNS may lead to from others\n"
                      "/accounts: map  domain to source: where its mailboxes are\n"
                      "/oauth: map  authorization servers that sources can name\n"});
