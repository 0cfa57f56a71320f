#pragma once
// The sources of an account and what the settings say of them.
#include <functional>
#include <optional>
#include <string>

#include "kernel/auth/key_sealer.hpp"
#include "postern/gateway/oauth.hpp"
#include "postern/gateway/source_config.hpp"
#include "tools/posternctl/store_access.hpp"

namespace posternctl {

struct ChosenSource {
    std::string login;  ///< of the account
    postern::store::SourceRow row;
    postern::gateway::SourceConfig config;
};

/// The account's source with that name at the provider, or its only one if none is given. Nothing after printing why.
std::optional<ChosenSource> choose_source(StoreAccess& access, const std::string& login,
                                          const std::string& remote_login);

/// The entry of `accounts:` with this key; "*" if there is no such.
struct ProviderEntry {
    std::string key;
    postern::ConfigNode node;  ///< missing if there is none
};
ProviderEntry find_provider(const StoreAccess& access, const std::string& key);
/// What the domain of a name stands for as a key.
std::string domain_of(const std::string& login);
/// The authorization server that an entry of `accounts:` names; nothing if none.
std::optional<postern::gateway::OAuthProvider> find_oauth(const StoreAccess& access,
                                                          const ProviderEntry& entry);

/// The key file of the server. Nothing after printing why.
std::optional<postern::auth::KeySealer> open_sealer(const StoreAccess& access);

/// Changes a row while holding its lease: a session that runs comes to its end first, and no server works on the row between
/// reading and writing it. Errors: conflict after some minutes, not_found, and what `change` answers.
postern::Result<void> edit_source(
    StoreAccess& access, const postern::store::SourceRow& source,
    const std::function<postern::Result<void>(postern::store::SourceRow&)>& change);

/// Seals a password or refresh token into the row, so that the source is polled at once. Answers the exit status.
int store_secret(StoreAccess& access, const ChosenSource& chosen, const std::string& secret);

}  // namespace posternctl
