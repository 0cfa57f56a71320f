#pragma once
// What signs an account in to its provider at this moment, for plugins that speak to it beside the gateway: submission through the
// provider's own server.
#include <string>

#include "postern/export.hpp"
#include "postern/gateway/remote.hpp"
#include "postern/plugin/registry.hpp"
#include "postern/runtime/runtime.hpp"
#include "postern/store/ids.hpp"

namespace postern::gateway {

struct ProviderCredential {
    SourceId source{};
    RemoteCredential credential;  ///< a password, or an access token
    /// Token: what was granted, separated by blanks; "" if nobody has said.
    std::string scopes;
    bool fresh = true;  ///< no other can be had by asking again
};

/// Provided by the plugin `gateway`. Any core.
class POSTERN_SDK ProviderCredentials {
public:
    static constexpr InterfaceId interface_id{"postern.gateway.provider_credentials", 1, 0};
    virtual ~ProviderCredentials();

    /// Of the account's source whose login at the provider is `login`, else of its first one that has a credential. A token is
    /// renewed if it is due, by one request however many ask. not_found: there is none; authentication_failed: the user must
    /// sign in or consent anew; unavailable: not now.
    virtual Task<Result<ProviderCredential>> credential_of(AccountId account, std::string login) = 0;
    /// The server did not take it: another token is asked for next time.
    virtual Task<void> refused(AccountId account, ProviderCredential credential) = 0;
};

}  // namespace postern::gateway
