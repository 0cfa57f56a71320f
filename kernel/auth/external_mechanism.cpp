#include "kernel/auth/external_mechanism.hpp"

#include "postern/auth/saslprep.hpp"
#include "postern/mime/decode.hpp"

namespace postern::auth {

namespace {

/// RFC 4505 section 2: octets of a trace.
constexpr std::size_t max_trace = 1020;

/// Signs in as `login`, which something else has proven.
Task<Result<SaslStep>> sign_in_as(mail::MailService* mail, SignInLedger* ledger, SignInAttempt attempt) {
    auto admitted = ledger->admit(attempt);
    if (!admitted) co_return admitted.error();
    std::string login = attempt.login;
    auto account = co_await mail->find_account(std::move(login));
    Result<Identity> verdict = Error(Errc::authentication_failed);
    if (account)
        verdict = Identity{account->id, account->login};
    else if (account.error().code != Errc::not_found)
        verdict = account.error();
    auto told = co_await ledger->conclude(std::move(attempt), std::move(verdict));
    if (!told) co_return told.error();
    SaslStep step;
    step.identity = std::move(*told);
    co_return step;
}

/// Lets in the account of an attempt that needs no further proof.
class ProvenExchange : public SaslExchange {
public:
    ProvenExchange(mail::MailService& mail, SignInLedger& ledger, SignInAttempt attempt)
        : attempt_(std::move(attempt)), mail_(mail), ledger_(ledger) {}

protected:
    Task<Result<SaslStep>> sign_in() {
        SignInAttempt attempt = attempt_;
        auto step = co_await sign_in_as(&mail_, &ledger_, std::move(attempt));
        co_return step;
    }
    const SignInAttempt attempt_;

private:
    mail::MailService& mail_;
    SignInLedger& ledger_;
};

class ExternalExchange final : public ProvenExchange {
public:
    using ProvenExchange::ProvenExchange;

    /// The message is an authorization identity, or empty.
    Task<Result<SaslStep>> step(std::string message) override {
        const auto authzid = saslprep(message);
        if (!authzid) co_return Error(Errc::protocol_violation, "The authorization identity is malformed");
        if (!authzid->empty() && *authzid != attempt_.login) {
            co_return Error(Errc::permission_denied,
                            "[AUTHORIZATIONFAILED] Acting for another user is not allowed");
        }
        auto step = co_await sign_in();
        co_return step;
    }
};

class AnonymousExchange final : public ProvenExchange {
public:
    using ProvenExchange::ProvenExchange;

    /// The message says who it might be; nobody relies on that.
    Task<Result<SaslStep>> step(std::string message) override {
        if (message.size() > max_trace || !mime::is_utf8(message))
            co_return Error(Errc::protocol_violation, "The trace is malformed");
        auto step = co_await sign_in();
        co_return step;
    }
};

}  // namespace

bool ExternalMechanism::available(const SaslPeer& peer) const {
    return peer.tls != nullptr && !peer.tls->peer_subject.empty();
}

std::unique_ptr<SaslExchange> ExternalMechanism::start(const SaslPeer& peer) {
    SignInAttempt attempt{peer.tls->peer_subject, peer.protocol, peer.address, "EXTERNAL"};
    return std::make_unique<ExternalExchange>(mail_, ledger_, std::move(attempt));
}

bool AnonymousMechanism::available(const SaslPeer& /*peer*/) const {
    return true;
}

std::unique_ptr<SaslExchange> AnonymousMechanism::start(const SaslPeer& peer) {
    SignInAttempt attempt{login_, peer.protocol, peer.address, "ANONYMOUS"};
    return std::make_unique<AnonymousExchange>(mail_, ledger_, std::move(attempt));
}

}  // namespace postern::auth
