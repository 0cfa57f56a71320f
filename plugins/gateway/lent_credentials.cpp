#include "gateway/lent_credentials.hpp"

#include <algorithm>

#include "postern/runtime/run_on.hpp"

namespace postern::gateway {

Task<Result<ProviderCredential>> LentCredentials::token_of(std::shared_ptr<Source> source) {
    auto token = co_await engine_->tokens().get(source);
    if (!token) {
        const bool consent = token.error().kind == FaultKind::auth_failed;
        co_return Error(consent ? Errc::authentication_failed : Errc::unavailable, token.error().text);
    }
    ProviderCredential out;
    out.source = source->row.id;
    out.credential = RemoteCredential(source->config.remote_login, token->text);
    out.credential.kind = CredentialKind::oauth_token;
    out.scopes = token->scopes;
    out.fresh = token->fresh;
    co_return out;
}

Task<Result<ProviderCredential>> LentCredentials::find(AccountId account, std::string login) {
    auto rows = co_await engine_->mail().list_sources(account);
    if (!rows) co_return Error(Errc::unavailable, rows.error().text);
    std::ranges::stable_partition(*rows, [&](const store::SourceRow& row) {
        return lower(SourceConfig::parse(row.config).remote_login) == lower(login);
    });
    for (auto& row : *rows) {
        // A password that is not kept is where its user's worker is.
        const auto running = engine_->find_worker(account, row.id);
        const bool held = running && running->source()->held;
        if (row.sealed_credential.empty() && !held) continue;
        const bool oauth = SourceConfig::parse(row.config).credential == CredentialKind::oauth_token;
        if (credential_is_refused(row.facts))
            co_return Error(Errc::authentication_failed, oauth ? "the consent at the provider has ended"
                                                               : "the provider refuses the password");
        // One source, however many use it: tokens are written into its row.
        const auto worker = running ? running : engine_->worker_of(std::move(row));
        if (worker == nullptr) continue;
        if (oauth) {
            auto token = co_await token_of(worker->source());
            co_return token;
        }
        auto password = worker->source()->credential(engine_->sealer());
        if (!password) co_return password.error();
        ProviderCredential out;
        out.source = worker->source()->row.id;
        out.credential = std::move(*password);
        co_return out;
    }
    co_return Error(Errc::not_found, "no credential of this account is known");
}

Task<Result<bool>> LentCredentials::forget(AccountId account, ProviderCredential credential) {
    const auto worker = engine_->find_worker(account, credential.source);
    if (worker) engine_->tokens().forget(*worker->source(), credential.credential.secret);
    co_return true;
}

Task<Result<ProviderCredential>> LentCredentials::credential_of(AccountId account, std::string login) {
    const Executor core = engine_->runtime().core_of(value_of(account));
    auto task = find(account, std::move(login));
    auto found = co_await run_on(core, std::move(task));
    co_return found;
}

Task<void> LentCredentials::refused(AccountId account, ProviderCredential credential) {
    if (credential.credential.kind != CredentialKind::oauth_token) co_return;
    const Executor core = engine_->runtime().core_of(value_of(account));
    auto task = forget(account, std::move(credential));
    auto done = co_await run_on(core, std::move(task));
    static_cast<void>(done);
}

}  // namespace postern::gateway
