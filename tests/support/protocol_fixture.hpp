#pragma once
// Line protocols over the real mail model and a store in memory, with clients in memory.
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "kernel/mail/grouped_delivery.hpp"
#include "kernel/mail/service.hpp"
#include "kernel/plugin/registry_table.hpp"
#include "postern/auth/auth.hpp"
#include "postern/net/protocol.hpp"
#include "postern/plugin/plugin.hpp"
#include "tests/imap/support/pipe_connection.hpp"
#include "tests/mail/support/loop_runtime.hpp"
#include "tests/mail/support/memory_store.hpp"

namespace postern::test {

using imap::test::Pipe;
using imap::test::PipeConnection;

class TestHost final : public Host {
public:
    explicit TestHost(Runtime& runtime) : runtime_(runtime) {}
    std::string_view plugin_id() const override { return "test"; }
    Logger& log() override { return log_; }
    Runtime& runtime() override { return runtime_; }
    mail::test::SilentLog log_;

private:
    Runtime& runtime_;
};

/// Everybody has the password "secret"; for "nobody-home" the authority cannot be reached.
class FakeAuth final : public AuthService {
public:
    Task<Result<Identity>> sign_in(Credentials credentials) override;
    std::map<std::string, AccountId> accounts;
    Credentials last;
};

/// Answers what a test says, about one kind of operation.
class ScriptedGuard final : public mail::StoreGuard {
public:
    int order() const override { return 0; }
    Result<void> check(const mail::GuardedOperation& operation) override;
    std::optional<mail::GuardedOperation::Kind> kind;
    std::string mailbox;  ///< in this one alone; "": in all
    Error error{Errc::over_quota, "full"};
};

/// A scripted client.
class LineClient {
public:
    LineClient(mail::test::LoopRuntime& runtime, std::shared_ptr<Pipe> pipe)
        : runtime_(runtime), pipe_(std::move(pipe)) {}
    /// Sends octets as they are and lets the server work until it waits.
    void send(std::string_view octets);
    /// What the server has said since the last call.
    std::string take();
    /// Sends the line and answers what comes.
    std::string say(std::string_view line);
    void hang_up();
    bool closed() const { return pipe_->server_closed; }
    Pipe& pipe() { return *pipe_; }

private:
    mail::test::LoopRuntime& runtime_;
    std::shared_ptr<Pipe> pipe_;
};

/// Accounts anna, ben@example.org.
class ProtocolFixture : public ::testing::Test {
protected:
    ProtocolFixture();
    void TearDown() override;

    /// Before start(): configured with YAML.
    void add(const std::string& name, Plugin& plugin, const std::string& settings = {});
    template <class Interface>
    void add_object(std::string_view name, Interface& object) {
        registry_.provide(object, name);
    }
    /// Declares and resolves the plugins, in order.
    void start();
    LineClient& connect(std::string_view protocol);
    std::shared_ptr<mail::Account> account(const std::string& login);
    /// Contents of a mailbox, in the order of UIDs.
    std::vector<std::string> contents(const std::string& login, std::string_view mailbox = "INBOX");
    void store(const std::string& login, std::string_view mailbox, const std::string& content);

    mail::test::LoopRuntime runtime_;
    mail::test::SilentLog log_;
    mail::test::MemoryStore store_;
    ScriptedGuard guard_;
    mail::MailServiceImpl service_;
    mail::GroupedDeliveryImpl deliveries_{service_};
    TestHost host_;
    FakeAuth auth_;
    plugin::RegistryTable registry_;
    ListenerInfo listener_{"test", "127.0.0.1:1", ListenerInfo::Tls::starttls, {}};
    std::vector<std::unique_ptr<LineClient>> clients_;
    UnixTime clock_ = 1'800'000'000;

private:
    std::vector<std::pair<std::string, Plugin*>> plugins_;
};

}  // namespace postern::test
