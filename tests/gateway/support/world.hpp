#pragma once
// A provider, a store, and a Postern between them that can be ended at any moment and started again. After each test the
// invariants of the gateway are checked (ledger.hpp).
#include <gtest/gtest.h>

#include "gateway/engine.hpp"
#include "gateway/sign_in.hpp"
#include "kernel/mail/service.hpp"
#include "tests/gateway/support/crashing_store.hpp"
#include "tests/gateway/support/fake_provider.hpp"
#include "tests/gateway/support/ledger.hpp"
#include "tests/gateway/support/store_folder.hpp"
#include "tests/mail/support/loop_runtime.hpp"

namespace postern::gateway::test {

class PlainSealer final : public Sealer, public SealingKeys {
public:
    std::string seal(std::string_view context, std::string_view plain) override {
        return std::string(context) + '|' + key + std::string(plain);
    }
    Result<std::string> open(std::string_view context, std::string_view sealed) override {
        const std::string start = std::string(context) + '|';
        if (!sealed.starts_with(start)) return Error(Errc::corrupt);
        return std::string(sealed.substr(start.size() + 1));
    }
    bool is_current(std::string_view sealed) override {
        return sealed.find(std::string("|") + key) != std::string_view::npos;
    }
    char key = '1';  ///< values are sealed under it; all of them can be opened
};

class PlainHasher final : public PasswordHasher {
public:
    std::string hash(const std::string& password) override { return "hash of " + password; }
    bool matches(const std::string& password, const std::string& stored) override {
        ++checks;
        return stored == "hash of " + password;
    }
    int checks = 0;
};

/// The account holds so many messages and no more, as with a quota.
class MessageLimit final : public mail::StoreGuard {
public:
    int order() const override { return 0; }
    Result<void> check(const mail::GuardedOperation& operation) override {
        const std::uint64_t used = operation.account->used_count() + operation.pending_messages;
        if (used + operation.added_messages <= most) return {};
        return Error(Errc::over_quota, "the account is full");
    }
    bool depends_on_state(const mail::GuardedOperation&) override { return true; }
    std::uint64_t most = 1'000'000;
};

/// The process: gone after a crash, while store, provider and clock go on.
struct Node {
    Node(store::Store& store, StoreHooks& hooks, const Settings& settings, UnixTime& clock,
         std::vector<mail::StoreGuard*> guards);

    mail::test::LoopRuntime runtime;
    mail::test::SilentLog log;
    PlainSealer sealer;
    PlainHasher hasher;
    CrashingStore store;
    mail::MailServiceImpl service;
    Engine engine;
    SignIn sign_in;
    std::shared_ptr<Worker> worker;
    std::shared_ptr<mail::Account> account;
};

class World : public ::testing::Test {
protected:
    World();
    ~World() override;

    /// Reads the settings of `accounts: { "*": { ... } }` anew and starts over. `sections` are further ones, in YAML.
    void configure(const std::string& more, const std::string& sections = "");
    /// Makes the account and its source, as a first sign-in would.
    void provision();
    /// (Re)starts the process.
    void start();
    /// A new world: empty provider, empty store.
    void reset();

    /// One poll; the clock moves on by `after` first.
    SessionReport poll(UnixTime after = 60);
    /// What is called before and after each write of the store and at each call to the provider.
    virtual void set_step(std::function<void()> step) { hooks_.step = provider_.step = std::move(step); }
    /// Polls, and dies at step `at` counted from now; then the process is started again. True if it came that far.
    bool poll_until_crash(int at);
    /// Looks at every mailbox and every message: I1, I6, I7, I9, I11.
    void audit();
    void TearDown() override;
    std::shared_ptr<mail::Mailbox> mailbox(std::string_view name = "INBOX");
    /// Contents of the living messages of a mailbox, in UID order.
    std::vector<std::string> contents(std::string_view name = "INBOX");
    std::vector<mail::Slot> slots(std::string_view name = "INBOX");
    mail::Slot slot_of(const std::string& content, std::string_view name = "INBOX");
    void expunge(const std::string& content, std::string_view name = "INBOX");
    void copy(const std::string& content, std::string_view to);
    void move(const std::string& content, std::string_view from, std::string_view to);
    void set_flags(const std::string& content, mail::FlagBits flags, std::vector<std::string> keywords = {});
    /// What an operator does when a brake holds what is meant.
    void release_brakes();
    bool release_is_pending();
    /// Puts messages without placements back into INBOX.
    void restore(const std::vector<MessageId>& messages);
    void restore_all();
    void append(std::string_view box, const std::string& content);
    std::vector<store::Receipt> receipts();
    std::map<std::string, store::ReceiptState> states();  ///< by uidl; the last occurrence
    template <class T>
    T must(Result<T> result) const {
        if (!result) throw std::runtime_error(result.error().to_string());
        if constexpr (!std::is_void_v<T>) return std::move(result.value());
    }

private:
    void wire();

protected:
    UnixTime clock_ = 1'800'000'000;
    FakeProvider provider_;
    FakeConnector connector_{provider_};
    Connector* plugged_ = &connector_;  ///< what the settings mean
    Settings settings_;
    StoreHooks hooks_;
    MessageLimit limit_;
    /// Asked only where a test is about limits: a guard makes each delivery a commit of its own.
    bool limited_ = false;
    /// The ledger knows maildrops; a provider with folders is compared with what is here as a whole.
    bool audited_ = true;
    std::unique_ptr<Ledger> ledger_;
    std::unique_ptr<StoreFolder> folder_;
    store::Store* store_ = nullptr;
    std::unique_ptr<Node> node_;
    AccountId account_{};
    SourceId source_{};
};

}  // namespace postern::gateway::test
