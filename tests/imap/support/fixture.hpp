#pragma once
// The IMAP server over the real mail model and a store in memory, with clients in memory. Plugins beside the core can be
// added before the server starts.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "kernel/mail/service.hpp"
#include "kernel/plugin/plugin_file.hpp"
#include "kernel/plugin/registry_table.hpp"
#include "plugin.hpp"
#include "postern/auth/auth.hpp"
#include "postern/plugin/catalogue.hpp"
#include "tests/imap/support/client.hpp"
#include "tests/mail/support/loop_runtime.hpp"
#include "tests/mail/support/memory_store.hpp"

namespace postern::imap::test {

class TestHost final : public Host {
public:
    explicit TestHost(Runtime& runtime) : runtime_(runtime) {}
    std::string_view plugin_id() const override { return "imap"; }
    Logger& log() override { return log_; }
    Runtime& runtime() override { return runtime_; }
    mail::test::SilentLog log_;

private:
    Runtime& runtime_;
};

/// anna and ben have the password "secret"; for "nobody-home" the authority cannot be reached.
class FakeAuth final : public AuthService {
public:
    Task<Result<Identity>> sign_in(Credentials credentials) override;
    std::map<std::string, AccountId> accounts;
};

/// Of what load() loaded.
class LoadedPlugins final : public PluginCatalogue {
public:
    std::vector<std::string> dependents(std::string_view plugin) const override;
    std::vector<plugin::Description> descriptions;
};

/// The guards of the extensions that are loaded; the service is made before them.
class LoadedGuards final : public mail::StoreGuard {
public:
    int order() const override { return 0; }
    Result<void> check(const mail::GuardedOperation& operation) override;
    bool depends_on_state(const mail::GuardedOperation& operation) override;
    bool counts_attributes(const mail::Account& account) override;
    std::vector<mail::StoreGuard*> guards;
};

class ImapFixture : public ::testing::Test {
protected:
    ImapFixture();
    ~ImapFixture() override;

    /// Before the first client: registers a further plugin's objects.
    template <class Interface>
    void add(std::string_view name, Interface& object) {
        registry_.provide(object, name);
    }
    /// Before the first client: loads an extension as it was built, by its plugin's name. `settings` is YAML.
    void load(const std::string& plugin, const std::string& settings = {});
    /// Before the first client: the listener's entry in the file, as YAML. What is wrong with it goes to problems_.
    void configure_listener(const std::string& yaml);
    /// A connected client that has read the greeting.
    Client& connect();
    /// Signed in as anna.
    Client& sign_in();
    /// Signed in, with the mailbox selected.
    Client& open(std::string_view mailbox = "INBOX");
    /// Puts messages into a mailbox of anna's, through the mail model.
    void deliver(std::string_view mailbox, const std::vector<std::string>& messages);
    /// `count` small messages with the subjects "Letter 1" ...
    void deliver(std::string_view mailbox, unsigned count);

    mail::test::LoopRuntime runtime_;
    mail::test::SilentLog log_;
    mail::test::MemoryStore store_;
    LoadedGuards guards_;
    LoadedPlugins catalogue_;
    Diagnostics problems_;
    mail::MailServiceImpl service_;
    TestHost host_;
    FakeAuth auth_;
    plugin::RegistryTable registry_;
    ImapPlugin plugin_;
    std::vector<std::pair<std::string, std::unique_ptr<Plugin>>> extensions_;
    ListenerInfo listener_{"imap", "127.0.0.1:143", ListenerInfo::Tls::starttls, {}};
    std::shared_ptr<mail::Account> account_;
    std::vector<std::unique_ptr<Client>> clients_;
    UnixTime clock_ = 1'800'000'000;
    unsigned next_message_ = 1;

private:
    void start();
    bool started_ = false;
};

/// What the library of an extension says of itself, as it was built.
plugin::Description describe(const std::string& plugin);

/// "From: ... Subject: Letter 3 ..." with a short body.
std::string letter(unsigned number);

}  // namespace postern::imap::test
