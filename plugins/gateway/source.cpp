#include "gateway/source.hpp"

#include <algorithm>

#include "postern/gateway/credential.hpp"

namespace postern::gateway {

std::shared_ptr<Source> Source::of(store::SourceRow row, const Settings& settings) {
    auto source = std::make_shared<Source>();
    source->config = SourceConfig::parse(row.config);
    source->facts = SourceFacts::parse(row.facts);
    source->provider = settings.find_domain(source->config.provider);
    // The entry may have been exchanged for one of another kind.
    if (source->provider != nullptr && source->provider->connector_name != row.connector) {
        source->provider = nullptr;
    }
    source->row = std::move(row);
    return source;
}

void Source::reload(store::SourceRow newer) {
    const UnixTime seen_here = facts.seen_at;
    config = SourceConfig::parse(newer.config);
    facts = SourceFacts::parse(newer.facts);
    facts.seen_at = std::max(facts.seen_at, seen_here);
    row = std::move(newer);
}

store::SourceRow Source::packed() const {
    store::SourceRow out = row;
    out.config = config.format();
    out.facts = facts.format();
    return out;
}

std::string Source::seal_context() const {
    const bool token = config.credential == CredentialKind::oauth_token;
    return token ? refresh_token_context(row.account, row.id) : credential_context(row.account, row.id);
}

std::string Source::seal_secret(const std::string& secret, Sealer& sealer) const {
    return sealer.seal(seal_context(), secret);
}

Result<std::string> Source::open_secret(Sealer& sealer) const {
    return sealer.open(seal_context(), row.sealed_credential);
}

void Source::set_password(const std::string& password, Sealer& sealer) {
    if (keeps_password()) {
        row.sealed_credential = seal_secret(password, sealer);
        return;
    }
    row.sealed_credential.clear();
    config.verifier.clear();
    held.emplace(config.remote_login, password);
}

Result<RemoteCredential> Source::credential(Sealer& sealer) const {
    if (!keeps_password()) {
        if (held) return *held;
        return Error(Errc::unavailable, "nobody is signed in, and the password is not kept");
    }
    auto secret = open_secret(sealer);
    if (!secret) return secret.error();
    return RemoteCredential(config.remote_login, std::move(*secret));
}

OpenRequest Source::open_request(RemoteCredential credential) const {
    OpenRequest request;
    request.server = provider->server;
    request.credential = std::move(credential);
    request.limits = provider->limits;
    request.settings = provider->node["options"];
    return request;
}

}  // namespace postern::gateway
