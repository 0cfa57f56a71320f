#include "postern/auth/sasl.hpp"

#include <algorithm>

#include "postern/auth/sasl_policy.hpp"
#include "postern/encoding/base64.hpp"
#include "postern/mime/header.hpp"

namespace postern {

namespace {

constexpr int max_steps = 10;

Credentials credentials_of(const SaslPeer& peer) {
    Credentials credentials;
    credentials.protocol = peer.protocol;
    credentials.peer_address = peer.address;
    return credentials;
}

Task<Result<SaslStep>> judge(AuthService* service, Credentials credentials) {
    auto identity = co_await service->sign_in(std::move(credentials));
    if (!identity) co_return identity.error();
    SaslStep step;
    step.identity = std::move(*identity);
    co_return step;
}

class PlainExchange final : public SaslExchange {
public:
    PlainExchange(AuthService& service, SaslPeer peer) : service_(service), peer_(std::move(peer)) {}

    Task<Result<SaslStep>> step(std::string message) override {
        // [authzid] NUL authcid NUL password
        const auto first = message.find('\0');
        const auto second = first == std::string::npos ? first : message.find('\0', first + 1);
        if (second == std::string::npos) {
            co_return Error(Errc::protocol_violation, "The response is not one of PLAIN");
        }
        const std::string authzid = message.substr(0, first);
        Credentials credentials = credentials_of(peer_);
        credentials.login = message.substr(first + 1, second - first - 1);
        credentials.password = message.substr(second + 1);
        if (!authzid.empty() && authzid != credentials.login) {
            co_return Error(Errc::permission_denied,
                            "[AUTHORIZATIONFAILED] Acting for another user is not allowed");
        }
        auto step = co_await judge(&service_, std::move(credentials));
        co_return step;
    }

private:
    AuthService& service_;
    SaslPeer peer_;
};

class LoginExchange final : public SaslExchange {
public:
    LoginExchange(AuthService& service, SaslPeer peer)
        : service_(service), credentials_(credentials_of(peer)) {}

    Task<Result<SaslStep>> step(std::string message) override {
        SaslStep next;
        switch (steps_++) {
            case 0:
                if (message.empty()) {
                    next.challenge = "Username:";
                    co_return next;
                }
                // The name came with the command.
                ++steps_;
                [[fallthrough]];
            case 1:
                credentials_.login = std::move(message);
                next.challenge = "Password:";
                co_return next;
            default:
                break;
        }
        credentials_.password = std::move(message);
        Credentials credentials = std::move(credentials_);
        auto step = co_await judge(&service_, std::move(credentials));
        co_return step;
    }

private:
    AuthService& service_;
    Credentials credentials_;
    int steps_ = 0;
};

bool sends_password(std::string_view name) {
    return mime::equal_ascii_nocase(name, "PLAIN") || mime::equal_ascii_nocase(name, "LOGIN");
}

}  // namespace

SaslExchange::~SaslExchange() = default;
SaslMechanism::~SaslMechanism() = default;
bool SaslMechanism::client_first() const {
    return true;
}

std::unique_ptr<SaslExchange> PlainMechanism::start(const SaslPeer& peer) {
    return std::make_unique<PlainExchange>(*service_, peer);
}

std::unique_ptr<SaslExchange> LoginMechanism::start(const SaslPeer& peer) {
    return std::make_unique<LoginExchange>(*service_, peer);
}

SaslMechanisms::SaslMechanisms() = default;
SaslMechanisms::~SaslMechanisms() = default;

void SaslMechanisms::collect(const Lookup& lookup, AuthService& service) {
    plain_.set_service(service);
    login_.set_service(service);
    all_.clear();
    for (const auto& entry : lookup.all<SaslMechanism>())
        all_.push_back({std::string(entry.name), entry.object});
    if (find("PLAIN") == nullptr) all_.push_back({"PLAIN", &plain_});
    if (find("LOGIN") == nullptr) all_.push_back({"LOGIN", &login_});
    if (const auto* policy = lookup.find<SaslPolicy>()) {
        std::erase_if(all_, [&](const Named& named) { return !policy->allows(named.name); });
    }
    // Some clients take the first they know.
    std::ranges::stable_sort(all_, {}, [](const Named& named) { return sends_password(named.name); });
}

SaslMechanism* SaslMechanisms::find(std::string_view name) const {
    const auto found = std::ranges::find_if(
        all_, [&](const Named& named) { return mime::equal_ascii_nocase(named.name, name); });
    return found == all_.end() ? nullptr : found->mechanism;
}

std::vector<std::string> SaslMechanisms::names(const SaslPeer& peer) const {
    std::vector<std::string> out;
    for (const Named& named : all_) {
        if (named.mechanism->available(peer)) out.push_back(named.name);
    }
    return out;
}

SaslLine::~SaslLine() = default;

std::optional<std::string> decode_initial_response(std::string_view text) {
    // "=" stands for a response that is there but empty.
    return text == "=" ? std::optional<std::string>(std::string()) : decode_base64(text);
}

Task<Result<Identity>> run_sasl(SaslMechanism* mechanism, SaslPeer peer, std::optional<std::string> initial,
                                SaslLine* line) {
    const std::unique_ptr<SaslExchange> exchange = mechanism->start(peer);
    SaslStep step;
    const bool asked_first = mechanism->client_first();
    for (int i = 0; i < max_steps && !step.identity; ++i) {
        std::string message;
        if (i == 0 && initial) {
            message = std::move(*initial);
        } else if (i > 0 || asked_first) {
            std::string challenge = encode_base64(step.challenge);
            auto answer = co_await line->ask(std::move(challenge));
            if (!answer) co_return answer.error();
            if (*answer == "*") co_return Error(Errc::cancelled, "The exchange was cancelled");
            auto octets = decode_base64(*answer);
            if (!octets) co_return Error(Errc::protocol_violation, "The response is not base64");
            message = std::move(*octets);
        }
        auto next = co_await exchange->step(std::move(message));
        if (!next) co_return next.error();
        step = std::move(*next);
    }
    if (!step.identity) co_return Error(Errc::authentication_failed, "Too many steps");
    co_return std::move(*step.identity);
}

}  // namespace postern
