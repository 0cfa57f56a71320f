#pragma once
#include "gateway/engine.hpp"
#include "postern/gateway/provider_credentials.hpp"

namespace postern::gateway {

/// Passwords and tokens of sources, lent to those who send through the provider (gateway.md 4.2).
class LentCredentials final : public ProviderCredentials {
public:
    /// Before the first call.
    void open(Engine& engine) { engine_ = &engine; }

    Task<Result<ProviderCredential>> credential_of(AccountId account, std::string login) override;
    Task<void> refused(AccountId account, ProviderCredential credential) override;

private:
    // On the account's core.
    Task<Result<ProviderCredential>> find(AccountId account, std::string login);
    Task<Result<ProviderCredential>> token_of(std::shared_ptr<Source> source);
    Task<Result<bool>> forget(AccountId account, ProviderCredential credential);

    Engine* engine_ = nullptr;
};

}  // namespace postern::gateway
