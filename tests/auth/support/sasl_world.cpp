#include "tests/auth/support/sasl_world.hpp"

#include "postern/encoding/base64.hpp"

namespace postern::auth::test {

config::AuthSection quick_settings() {
    config::AuthSection settings;
    settings.failures_per_account = 3;
    settings.failures_per_address = 100;
    settings.window = std::chrono::minutes(10);
    settings.cache = std::chrono::minutes(10);
    settings.scram_iterations = 4096;
    return settings;
}

Task<Result<std::string>> ScriptedLine::ask(std::string challenge) {
    if (answers_.empty()) co_return Error(Errc::internal, "the script has ended");
    const Answer answer = std::move(answers_.front());
    answers_.pop_front();
    const auto octets = decode_base64(challenge);
    if (!octets) co_return Error(Errc::internal, "the challenge is not base64");
    co_return encode_base64(answer(*octets));
}

SaslWorld::SaslWorld(config::AuthSection settings)
    : settings_(std::move(settings)),
      mail_(runtime_, store_, log_, {}, {}),
      secrets_(hasher_, settings_),
      local_(runtime_, mail_, exchange_, hasher_, secrets_, settings_.cache),
      service_(runtime_, hasher_, settings_, log_),
      mechanisms_(
          mail_, service_, {}, [] { return std::string("end point"); }, "mx.example.org", settings_, false) {
    EXPECT_TRUE(mail_.start());
    service_.set_authenticators({&local_});
}

SaslWorld::~SaslWorld() = default;

void SaslWorld::add_account(const std::string& login, const std::string& secret) {
    mail::NewAccount account;
    account.login = login;
    account.secret = secret;
    EXPECT_TRUE(runtime_.run(mail_.create_account(std::move(account))));
}

std::string SaslWorld::secret_of(const std::string& login) {
    const auto row = runtime_.run(mail_.find_account(login));
    return row ? row->secret : "";
}

Result<Identity> SaslWorld::sign_in(const std::string& login, const std::string& password) {
    Credentials credentials;
    credentials.login = login;
    credentials.password = password;
    credentials.protocol = "imap";
    credentials.peer_address = peer_.address;
    return runtime_.run(service_.sign_in(std::move(credentials)));
}

Result<Identity> SaslWorld::run(SaslMechanism& mechanism, std::optional<std::string> initial,
                                std::deque<ScriptedLine::Answer> answers) {
    ScriptedLine line(std::move(answers));
    return runtime_.run(run_sasl(&mechanism, peer_, std::move(initial), &line));
}

SaslMechanism& SaslWorld::mechanism(std::string_view name) {
    for (const auto& one : mechanisms_.all()) {
        if (one.name == name) return *one.mechanism;
    }
    throw std::logic_error("there is no such mechanism");
}

}  // namespace postern::auth::test
