#include "gateway/access_tokens.hpp"

#include <openssl/crypto.h>

#include "postern/gateway/oauth.hpp"

namespace postern::gateway {

namespace {

Fault store_fault(const Error& error) {
    return {FaultKind::transient, "store: " + error.to_string()};
}

/// Four fifths of a token's life.
UnixTime refresh_after(UnixTime lifetime) {
    return lifetime - lifetime / 5;
}

}  // namespace

AccessTokens::Entry::~Entry() {
    clear_token();
}

void AccessTokens::Entry::clear_token() {
    OPENSSL_cleanse(token.data(), token.size());
    token.clear();
}

AccessTokens::AccessTokens(Runtime& runtime, mail::MailService& mail, Sealer& sealer)
    : runtime_(runtime), mail_(mail), sealer_(sealer), shards_(runtime.core_count()) {}

AccessTokens::~AccessTokens() = default;

AccessTokens::Entry& AccessTokens::entry_of(const Source& source) {
    return shards_[runtime_.core_index(value_of(source.row.account))][source.row.id];
}

void AccessTokens::forget(const Source& source, const std::string& token) {
    Entry& entry = entry_of(source);
    if (entry.token == token) entry.clear_token();
}

Task<Outcome<AccessToken>> AccessTokens::get(std::shared_ptr<Source> source) {
    // Entries stay where they are: a map's nodes do not move, and none is removed.
    Entry* entry = &entry_of(*source);
    if (entry->busy) {
        auto waiter =
            std::make_shared<Event>(runtime_.core(runtime_.core_index(value_of(source->row.account))));
        entry->waiters.push_back(waiter);
        co_await waiter->wait();
        if (runtime_.stopping()) co_return Fault(FaultKind::offline, "the server stops");
        co_return entry->outcome;
    }
    const bool usable = entry->uncommitted.empty() && !entry->token.empty();
    if (usable && mail_.now() < entry->refresh_at) co_return AccessToken{entry->token, false, entry->scopes};
    entry->busy = true;
    auto outcome = co_await renew(std::move(source), entry);
    entry->busy = false;
    entry->outcome = outcome;
    for (const auto& waiter : entry->waiters) waiter->notify();
    entry->waiters.clear();
    co_return outcome;
}

// What another node, an operator's command or a run before this one has made of the grant.
Task<Outcome<void>> AccessTokens::read_grant(std::shared_ptr<Source> source) {
    const AccountId account = source->row.account;
    auto rows = co_await mail_.list_sources(account);
    if (!rows) co_return store_fault(rows.error());
    for (const auto& row : *rows) {
        if (row.id != source->row.id) continue;
        source->row.sealed_credential = row.sealed_credential;
        source->config = SourceConfig::parse(row.config);
        co_return Outcome<void>{};
    }
    co_return Fault(FaultKind::permanent, "the source is not there any more");
}

Task<Outcome<void>> AccessTokens::commit(std::shared_ptr<Source> source, Entry* entry) {
    source->row.sealed_credential = entry->uncommitted;
    store::SourceRow row = source->packed();
    const Seals seals{&sealer_, keys_};
    auto saved = co_await put_sealed(&mail_, seals, std::move(row));
    if (!saved) co_return store_fault(saved.error());
    source->row.sealed_credential = saved->sealed_credential;
    entry->uncommitted.clear();
    co_return Outcome<void>{};
}

Task<Outcome<AccessToken>> AccessTokens::renew(std::shared_ptr<Source> source, Entry* entry) {
    if (!entry->uncommitted.empty()) {
        auto committed = co_await commit(source, entry);
        if (!committed) co_return committed.error();
        if (!entry->token.empty() && mail_.now() < entry->refresh_at)
            co_return AccessToken{entry->token, true, entry->scopes};
    }
    auto grant = co_await read_grant(source);
    if (!grant) co_return grant.error();
    if (source->provider == nullptr || !source->provider->oauth) {
        co_return Fault(FaultKind::permanent, "the settings name no authorization server for this source");
    }
    auto refresh_token = source->open_secret(sealer_);
    if (!refresh_token) {
        co_return Fault(FaultKind::permanent,
                        "the kept token cannot be opened: " + refresh_token.error().to_string());
    }
    OAuthProvider provider = *source->provider->oauth;
    const std::string sent = *refresh_token;
    auto answer = co_await refresh_tokens(dialer_, std::move(provider), std::move(*refresh_token));
    if (!answer) {
        const bool lives = !entry->token.empty() && mail_.now() < entry->expires_at;
        if (lives && !answer.error().definite) co_return AccessToken{entry->token, false, entry->scopes};
        entry->clear_token();
        co_return answer.error();
    }
    entry->clear_token();
    entry->token = answer->access_token;
    entry->scopes = answer->scopes.empty() ? source->provider->oauth->scopes : answer->scopes;
    const UnixTime lifetime = answer->lifetime.count();
    entry->refresh_at = mail_.now() + refresh_after(lifetime);
    entry->expires_at = mail_.now() + lifetime;
    if (!answer->refresh_token.empty() && answer->refresh_token != sent) {
        entry->uncommitted = source->seal_secret(answer->refresh_token, sealer_);
        auto committed = co_await commit(source, entry);
        if (!committed) co_return committed.error();
    }
    co_return AccessToken{entry->token, true, entry->scopes};
}

}  // namespace postern::gateway
