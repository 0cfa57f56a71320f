#pragma once
// A source while somebody works on it. Shared by its worker and by sign-in; only on the account's core.
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "gateway/settings.hpp"
#include "gateway/source_state.hpp"
#include "postern/auth/auth.hpp"
#include "postern/gateway/connector.hpp"
#include "postern/mail/account.hpp"

namespace postern::gateway {

struct Source {
    store::SourceRow row;
    SourceConfig config;
    SourceFacts facts;
    /// With `remote_delete: on-trash`. Forgotten at a restart: the time to take a message back begins anew.
    struct Trash {
        Modseq looked_at = 0;
        std::map<MessageId, UnixTime> since;  ///< messages in Trash that are not wanted to be deleted yet
    } trash;
    const Provider* provider = nullptr;  ///< null: its domain is not configured any more
    /// With `keep_password: false`: what its user signed in with, as long as he is here. Wiped with the source.
    std::optional<RemoteCredential> held;

    static std::shared_ptr<Source> of(store::SourceRow row, const Settings& settings);

    const Policy& policy() const { return provider->policy; }
    /// Takes what another node has learned meanwhile.
    void reload(store::SourceRow newer);
    /// The row with config and facts packed, for put_source.
    store::SourceRow packed() const;
    /// What the sealed credential is bound to, which tells a password from a refresh token.
    std::string seal_context() const;
    std::string seal_secret(const std::string& secret, Sealer& sealer) const;
    /// The password or the refresh token. Errors: corrupt.
    Result<std::string> open_secret(Sealer& sealer) const;
    /// Linked sources are polled while nobody is signed in, so that theirs is always kept.
    bool keeps_password() const { return config.linked || provider == nullptr || provider->keep_password; }
    /// Sealed into the row, or held in memory alone.
    void set_password(const std::string& password, Sealer& sealer);
    /// When the store may say that it is due.
    UnixTime due_in_store() const { return keeps_password() ? row.next_poll_at : not_by_itself; }
    /// Where it is a password.
    Result<RemoteCredential> credential(Sealer& sealer) const;
    OpenRequest open_request(RemoteCredential credential) const;
};

}  // namespace postern::gateway
