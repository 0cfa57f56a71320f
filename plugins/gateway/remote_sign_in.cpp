#include "gateway/remote_sign_in.hpp"

namespace postern::gateway {

namespace {

using SessionOutcome = Outcome<std::unique_ptr<RemoteSession>>;

Task<SessionOutcome> open_with_password(Engine* engine, std::shared_ptr<Source> source) {
    auto credential = source->credential(engine->sealer());
    if (!credential) {
        co_return Fault(FaultKind::permanent,
                        "the kept password cannot be opened: " + credential.error().to_string());
    }
    auto server = co_await engine->locator().locate(source->provider);
    if (!server) co_return server.error();
    OpenRequest request = source->open_request(std::move(*credential));
    request.server = std::move(*server);
    auto session = co_await source->provider->connector->open(std::move(request));
    co_return session;
}

// A token may have been withdrawn before its time: the provider's refusal of one that is not new asks for another.
Task<SessionOutcome> open_with_token(Engine* engine, std::shared_ptr<Source> source) {
    auto server = co_await engine->locator().locate(source->provider);
    if (!server) co_return server.error();
    while (true) {
        auto token = co_await engine->tokens().get(source);
        if (!token) co_return token.error();
        RemoteCredential credential(source->config.remote_login, token->text);
        credential.kind = CredentialKind::oauth_token;
        OpenRequest request = source->open_request(std::move(credential));
        request.server = *server;
        auto session = co_await source->provider->connector->open(std::move(request));
        if (session || session.error().kind != FaultKind::auth_expired) co_return session;
        engine->tokens().forget(*source, token->text);
        if (!token->fresh) continue;
        // Providers refuse good tokens now and then: once is no proof.
        Fault fault = session.error();
        fault.kind = FaultKind::auth_failed;
        fault.definite = false;
        co_return fault;
    }
}

}  // namespace

Task<SessionOutcome> open_session(Engine* engine, std::shared_ptr<Source> source) {
    if (source->config.credential == CredentialKind::oauth_token) {
        auto session = co_await open_with_token(engine, std::move(source));
        co_return session;
    }
    auto session = co_await open_with_password(engine, std::move(source));
    co_return session;
}

}  // namespace postern::gateway
