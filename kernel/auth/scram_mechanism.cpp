#include "kernel/auth/scram_mechanism.hpp"

#include "kernel/auth/account_secret.hpp"
#include "kernel/auth/random_octets.hpp"
#include "kernel/auth/scram_digest.hpp"
#include "postern/encoding/base64.hpp"

namespace postern::auth {

namespace {

std::string make_nonce() {
    return encode_base64(random_octets(18));
}

bool can_bind(const SaslPeer& peer) {
    return peer.tls != nullptr && !peer.tls->channel_binding.empty();
}

class ScramExchange final : public SaslExchange {
public:
    ScramExchange(ScramDesk& desk, ScramHash hash, ScramChannel channel, SignInAttempt attempt)
        : desk_(desk), hash_(hash), conversation_(hash, std::move(channel)), attempt_(std::move(attempt)) {}

    Task<Result<SaslStep>> step(std::string message) override {
        SaslStep next;
        if (accepted_) {
            // The client has seen our proof.
            if (!message.empty()) co_return Error(Errc::protocol_violation, "Nothing is left to say");
            next.identity = std::move(accepted_);
            co_return next;
        }
        Result<std::string> said = std::string();
        if (!asked_)
            said = co_await begin(std::move(message));
        else
            said = co_await finish(std::move(message));
        if (!said) co_return said.error();
        asked_ = true;
        next.challenge = std::move(*said);
        co_return next;
    }

private:
    Task<Result<std::string>> begin(std::string message) {
        auto read = conversation_.read_first(message);
        attempt_.login = conversation_.user();
        if (!read) {
            auto refused = co_await refuse(read.error());
            co_return refused;
        }
        const std::string& authzid = conversation_.authzid();
        if (!authzid.empty() && authzid != attempt_.login) {
            co_return Error(Errc::permission_denied,
                            "[AUTHORIZATIONFAILED] Acting for another user is not allowed");
        }
        auto admitted = desk_.ledger().admit(attempt_);
        if (!admitted) co_return admitted.error();
        std::string login = attempt_.login;
        auto found = co_await desk_.find(std::move(login), hash_);
        if (!found) co_return found.error();
        identity_ = std::move(found->identity);
        const std::string nonce = make_nonce();
        co_return conversation_.challenge(std::move(found->keys), nonce);
    }

    Task<Result<std::string>> finish(std::string message) {
        // Others may have failed meanwhile: exchanges begun beforehand are no way around the lock-out.
        auto admitted = desk_.ledger().admit(attempt_);
        if (!admitted) co_return admitted.error();
        auto proof = conversation_.read_final(message);
        if (proof && !identity_) proof = Error(Errc::authentication_failed);
        if (!proof) {
            auto refused = co_await refuse(proof.error());
            co_return refused;
        }
        Result<Identity> verdict = std::move(*identity_);
        SignInAttempt attempt = attempt_;
        auto told = co_await desk_.ledger().conclude(std::move(attempt), std::move(verdict));
        if (!told) co_return told.error();
        accepted_ = std::move(*told);
        co_return std::move(*proof);
    }

    Task<Result<std::string>> refuse(Error error) {
        if (error.code != Errc::authentication_failed) co_return error;
        Result<Identity> verdict = std::move(error);
        SignInAttempt attempt = attempt_;
        auto told = co_await desk_.ledger().conclude(std::move(attempt), std::move(verdict));
        if (!told) co_return told.error();
        co_return Error(Errc::authentication_failed);
    }

    ScramDesk& desk_;
    ScramHash hash_;
    ScramConversation conversation_;
    SignInAttempt attempt_;
    std::optional<Identity> identity_;
    std::optional<Identity> accepted_;
    bool asked_ = false;
};

}  // namespace

ScramDesk::ScramDesk(mail::MailService& mail, SignInLedger& ledger, Key decoy_key, EndPoint end_point,
                     std::uint32_t iterations)
    : mail_(mail),
      ledger_(ledger),
      decoy_key_(decoy_key),
      end_point_(std::move(end_point)),
      iterations_(iterations) {}

Task<Result<ScramDesk::Found>> ScramDesk::find(std::string login, ScramHash hash) {
    Found out;
    out.keys = decoy(login, hash);
    auto account = co_await mail_.find_account(login);
    if (!account && account.error().code != Errc::not_found) co_return account.error();
    if (!account) co_return out;
    const AccountSecret secret = AccountSecret::parse(account->secret);
    if (const ScramKeys* keys = secret.find(hash)) {
        out.keys = *keys;
        out.identity = Identity{account->id, account->login};
    }
    co_return out;
}

ScramKeys ScramDesk::decoy(const std::string& login, ScramHash hash) const {
    const std::string_view key(reinterpret_cast<const char*>(decoy_key_.data()), decoy_key_.size());
    const std::string name = std::string(scram_name(hash)) + '\0' + login;
    ScramKeys keys;
    keys.hash = hash;
    keys.iterations = iterations_;
    keys.salt = scram_hmac(ScramHash::sha256, key, "salt " + name).substr(0, scram_salt_size);
    keys.stored_key = scram_hmac(ScramHash::sha256, key, "stored " + name).substr(0, scram_size(hash));
    keys.server_key = scram_hmac(ScramHash::sha256, key, "server " + name).substr(0, scram_size(hash));
    return keys;
}

ScramMechanism::ScramMechanism(ScramDesk& desk, const SaslPolicy& policy, ScramHash hash, bool plus)
    : desk_(desk),
      policy_(policy),
      hash_(hash),
      plus_(plus),
      name_(std::string(scram_name(hash)) + (plus ? "-PLUS" : "")) {}

bool ScramMechanism::available(const SaslPeer& peer) const {
    return !plus_ || can_bind(peer);
}

std::unique_ptr<SaslExchange> ScramMechanism::start(const SaslPeer& peer) {
    ScramChannel channel;
    channel.plus = plus_;
    channel.plus_offered = can_bind(peer) && policy_.allows(std::string(scram_name(hash_)) + "-PLUS");
    if (can_bind(peer)) {
        const bool exports = peer.tls->protocol == "TLSv1.3";
        (exports ? channel.exporter : channel.unique) = peer.tls->channel_binding;
        channel.end_point = desk_.end_point();
    }
    SignInAttempt attempt{"", peer.protocol, peer.address, name_};
    return std::make_unique<ScramExchange>(desk_, hash_, std::move(channel), std::move(attempt));
}

}  // namespace postern::auth
