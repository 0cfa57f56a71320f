#pragma once
#include "auth-oauth/bearer_mechanism.hpp"
#include "postern/plugin/plugin.hpp"

namespace postern::oauth {

class OauthPlugin final : public Plugin {
public:
    explicit OauthPlugin(Host& host);

    void configure(const ConfigNode& config, Diagnostics& problems) override;
    Result<void> declare(Registrar& registrar) override;
    Result<void> resolve(const Lookup& lookup) override;

private:
    Settings settings_;
    TokenJudge judge_;
    Services services_{settings_, judge_};
    BearerMechanism oauthbearer_{services_, oauthbearer};
    BearerMechanism xoauth2_{services_, xoauth2};
};

/// Reads and checks the settings.
Settings read_settings(const ConfigNode& config, Diagnostics& problems);

}  // namespace postern::oauth
