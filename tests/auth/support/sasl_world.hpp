#pragma once
// The server's sign-in over the real mail model and a store in memory.
#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <memory>
#include <string>

#include "kernel/auth/auth_service_impl.hpp"
#include "kernel/auth/local_authenticator.hpp"
#include "kernel/auth/mechanisms.hpp"
#include "kernel/auth/password_hasher.hpp"
#include "kernel/mail/service.hpp"
#include "postern/auth/sasl.hpp"
#include "tests/mail/support/loop_runtime.hpp"
#include "tests/mail/support/memory_store.hpp"

namespace postern::auth::test {

config::AuthSection quick_settings();

/// Answers each challenge by a function of the test.
class ScriptedLine final : public SaslLine {
public:
    using Answer = std::function<std::string(const std::string& challenge)>;
    explicit ScriptedLine(std::deque<Answer> answers) : answers_(std::move(answers)) {}
    Task<Result<std::string>> ask(std::string challenge) override;

private:
    std::deque<Answer> answers_;
};

class SaslWorld : public ::testing::Test {
protected:
    explicit SaslWorld(config::AuthSection settings = quick_settings());
    ~SaslWorld() override;

    void add_account(const std::string& login, const std::string& secret);
    std::string secret_of(const std::string& login);
    Result<Identity> sign_in(const std::string& login, const std::string& password);
    /// `initial` and the answers are octets, not base64.
    Result<Identity> run(SaslMechanism& mechanism, std::optional<std::string> initial,
                         std::deque<ScriptedLine::Answer> answers);
    SaslMechanism& mechanism(std::string_view name);

    config::AuthSection settings_;
    mail::test::LoopRuntime runtime_;
    mail::test::SilentLog log_;
    mail::test::MemoryStore store_;
    mail::MailServiceImpl mail_;
    mail::SecretExchange exchange_{runtime_, store_};
    ArgonHasher hasher_{8192, 1};
    SecretMaker secrets_;
    LocalAuthenticator local_;
    AuthServiceImpl service_;
    Mechanisms mechanisms_;
    SaslPeer peer_{"imap", "192.0.2.1", false, nullptr};
};

}  // namespace postern::auth::test
