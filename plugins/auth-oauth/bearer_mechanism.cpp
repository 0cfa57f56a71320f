#include "auth-oauth/bearer_mechanism.hpp"

#include "postern/mime/header.hpp"

namespace postern::oauth {

namespace {

/// A text of JSON. The settings hold URLs and scopes: no controls.
std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out.push_back('\\');
        out.push_back(c);
    }
    return out + '"';
}

/// RFC 7628 section 3.2.2.
std::string oauthbearer_refusal(const Settings& settings) {
    std::string out = R"({"status":"invalid_token")";
    if (!settings.scope.empty()) out += ",\"scope\":" + quoted(settings.scope);
    if (!settings.configuration.empty()) out += ",\"openid-configuration\":" + quoted(settings.configuration);
    return out + '}';
}

std::string xoauth2_refusal(const Settings& settings) {
    return R"({"status":"401","schemes":"bearer","scope":)" + quoted(settings.scope) + '}';
}

class BearerExchange final : public SaslExchange {
public:
    BearerExchange(const Services& services, const BearerMechanism::Form& form, SignInAttempt attempt)
        : services_(services), form_(form), attempt_(std::move(attempt)) {}

    Task<Result<SaslStep>> step(std::string message) override {
        // Whatever the client says to a refusal ends the exchange.
        if (refused_) co_return std::move(*refused_);
        auto read = form_.parse(message);
        if (!read) co_return read.error();
        attempt_.login = read->user;
        auto admitted = services_.ledger->admit(attempt_);
        if (!admitted) co_return admitted.error();
        auto verdict = co_await judge(std::move(*read));
        SignInAttempt attempt = attempt_;
        auto told = co_await services_.ledger->conclude(std::move(attempt), std::move(verdict));
        SaslStep next;
        if (told) {
            next.identity = std::move(*told);
            co_return next;
        }
        if (told.error().code != Errc::authentication_failed) co_return told.error();
        refused_ = told.error();
        next.challenge = form_.refusal(services_.settings);
        co_return next;
    }

private:
    Task<Result<Identity>> judge(BearerMessage message) {
        const UnixTime now = services_.mail->now();
        auto login = co_await services_.judge.judge(std::move(message.token), now);
        if (!login) co_return login.error();
        if (!message.user.empty() && !mime::equal_ascii_nocase(message.user, *login))
            co_return Error(Errc::authentication_failed, "The token is somebody else's");
        if (attempt_.login.empty()) attempt_.login = *login;
        auto account = co_await services_.mail->find_account(std::move(*login));
        if (account) co_return Identity{account->id, account->login};
        if (account.error().code == Errc::not_found) co_return Error(Errc::authentication_failed);
        co_return account.error();
    }

    const Services& services_;
    const BearerMechanism::Form& form_;
    SignInAttempt attempt_;
    std::optional<Error> refused_;
};

}  // namespace

const BearerMechanism::Form oauthbearer{"OAUTHBEARER", &parse_oauthbearer, &oauthbearer_refusal};
const BearerMechanism::Form xoauth2{"XOAUTH2", &parse_xoauth2, &xoauth2_refusal};

std::unique_ptr<SaslExchange> BearerMechanism::start(const SaslPeer& peer) {
    SignInAttempt attempt{"", peer.protocol, peer.address, form_.name};
    return std::make_unique<BearerExchange>(services_, form_, std::move(attempt));
}

}  // namespace postern::oauth
