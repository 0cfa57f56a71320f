// ManageSieve (RFC 5804): whole dialogues over a connection in memory, the real mail model and the real interpreter.
#include <gtest/gtest.h>

#include "base.hpp"
#include "interpreter.hpp"
#include "kernel/mail/service.hpp"
#include "kernel/plugin/registry_table.hpp"
#include "server.hpp"
#include "tests/imap/support/pipe_connection.hpp"
#include "tests/mail/support/loop_runtime.hpp"
#include "tests/mail/support/memory_store.hpp"

namespace postern::managesieve {
namespace {

using imap::test::Pipe;
using imap::test::PipeConnection;

class TestHost final : public Host {
public:
    explicit TestHost(Runtime& runtime) : runtime_(runtime) {}
    std::string_view plugin_id() const override { return "managesieve"; }
    Logger& log() override { return log_; }
    Runtime& runtime() override { return runtime_; }

private:
    Runtime& runtime_;
    mail::test::SilentLog log_;
};

/// anna has the password "secret".
class FakeAuth final : public AuthService {
public:
    Task<Result<Identity>> sign_in(Credentials credentials) override {
        if (credentials.login != "anna" || credentials.password != "secret")
            co_return Error(Errc::authentication_failed);
        co_return Identity{account, "anna"};
    }
    AccountId account{};
};

class FakeScripts final : public mail::ScriptStore {
public:
    Task<Result<std::vector<store::Script>>> read(AccountId) override { co_return scripts; }
    Task<Result<void>> write(std::shared_ptr<mail::Account>, std::vector<store::ScriptWrite> writes,
                             mail::Cause cause) override {
        last_command = cause.command;
        for (const store::ScriptWrite& write : writes) apply(write);
        co_return Result<void>();
    }
    std::vector<store::Script> scripts;
    std::string last_command;

private:
    void apply(const store::ScriptWrite& write) {
        using Kind = store::ScriptWrite::Kind;
        const auto found = std::ranges::find(scripts, write.name, &store::Script::name);
        if (write.kind == Kind::put) {
            if (found == scripts.end()) {
                scripts.push_back({write.name, write.text, false});
            } else {
                found->text = write.text;
            }
        } else if (write.kind == Kind::remove) {
            scripts.erase(found);
        } else if (write.kind == Kind::rename) {
            found->name = write.new_name;
        } else {
            for (store::Script& script : scripts) script.active = script.name == write.name;
        }
    }
};

class ManageSieveTest : public ::testing::Test {
protected:
    ManageSieveTest()
        : service_(runtime_, store_, log_, mail::MailOptions{}, {}), host_(runtime_), plugin_(host_) {
        EXPECT_TRUE(service_.start());
        mail::NewAccount fresh;
        fresh.login = "anna";
        auto made = runtime_.run(service_.create_account(fresh));
        EXPECT_TRUE(made);
        auth_.account = *made;
        plugin::RegistryTable::Transaction transaction(registry_, "sieve");
        base_.declare(transaction);
        EXPECT_TRUE(transaction.commit());
        engine_.collect(registry_);
        registry_.provide<AuthService>(auth_);
        registry_.provide<mail::MailService>(service_);
        registry_.provide<mail::ScriptStore>(scripts_);
        registry_.provide<sieve::Engine>(engine_);
        EXPECT_TRUE(plugin_.resolve(registry_));
        pipe_ = std::make_shared<Pipe>(runtime_.core(0));
    }
    ~ManageSieveTest() override {
        pipe_->client_closed = true;
        pipe_->notify();
        runtime_.settle();
    }

    /// The greeting.
    std::string connect() {
        runtime_.spawn(runtime_.core(0), "test",
                       plugin_.serve(std::make_unique<PipeConnection>(pipe_), listener_));
        runtime_.settle();
        return std::exchange(pipe_->to_client, {});
    }
    /// What is answered to octets, line ends as "\n".
    std::string send(const std::string& octets) {
        pipe_->to_server += octets;
        pipe_->notify();
        runtime_.settle();
        std::string out = std::exchange(pipe_->to_client, {});
        std::erase(out, '\r');
        return out;
    }
    std::string command(const std::string& line) { return send(line + "\r\n"); }
    void sign_in() {
        connect();
        EXPECT_EQ(command("AUTHENTICATE \"PLAIN\" \"AGFubmEAc2VjcmV0\""), "OK \"Signed in.\"\n");
    }

    mail::test::LoopRuntime runtime_;
    mail::test::SilentLog log_;
    mail::test::MemoryStore store_;
    mail::MailServiceImpl service_;
    TestHost host_;
    FakeAuth auth_;
    FakeScripts scripts_;
    sieve::BaseLanguage base_;
    sieve::Interpreter engine_;
    plugin::RegistryTable registry_;
    ManageSieve plugin_;
    ListenerInfo listener_{"managesieve", "127.0.0.1:4190", ListenerInfo::Tls::starttls, {}};
    std::shared_ptr<Pipe> pipe_;
};

TEST_F(ManageSieveTest, GreetingAndCapabilities) {
    const std::string greeting = connect();
    EXPECT_EQ(
        greeting,
        "\"IMPLEMENTATION\" \"Postern\"\r\n\"SASL\" \"PLAIN LOGIN\"\r\n"
        "\"SIEVE\" \"comparator-i;ascii-casemap comparator-i;octet encoded-character envelope fileinto\"\r\n"
        "\"MAXREDIRECTS\" \"5\"\r\n\"UNAUTHENTICATE\"\r\n\"VERSION\" \"1.0\"\r\nOK \"Postern is "
        "ready.\"\r\n");
    EXPECT_EQ(command("NOOP"), "OK \"Done.\"\n");
    EXPECT_EQ(command("NOOP \"STARTTLS-SYNC-42\""), "OK (TAG \"STARTTLS-SYNC-42\") \"Done.\"\n");
    EXPECT_EQ(command("LISTSCRIPTS"), "NO \"Sign in first.\"\n");
    EXPECT_EQ(command("authenticate \"PLAIN\" {16+}\r\nAGFubmEAc2VjcmV0"), "OK \"Signed in.\"\n");
    const std::string told = command("Capability");
    EXPECT_NE(told.find("\"OWNER\" \"anna\"\n"), std::string::npos);
    EXPECT_NE(told.find("\"SASL\" \"\"\n"), std::string::npos);
    EXPECT_EQ(command("UNAUTHENTICATE"), "OK \"Done.\"\n");
    EXPECT_EQ(command("LISTSCRIPTS"), "NO \"Sign in first.\"\n");
    EXPECT_EQ(command("LOGOUT"), "OK \"Goodbye.\"\n");
    EXPECT_TRUE(pipe_->server_closed);
}

TEST_F(ManageSieveTest, StartTls) {
    pipe_->private_line = false;
    pipe_->starttls = true;
    const std::string greeting = connect();
    EXPECT_NE(greeting.find("\"SASL\" \"\"\r\n"), std::string::npos);
    EXPECT_NE(greeting.find("\"STARTTLS\"\r\n"), std::string::npos);
    EXPECT_EQ(command("AUTHENTICATE \"PLAIN\" \"AGFubmEAc2VjcmV0\""),
              "NO (ENCRYPT-NEEDED) \"Start TLS first.\"\n");
    // What is sent after it in the open is thrown away.
    const std::string after = send("STARTTLS\r\nLOGOUT\r\n");
    EXPECT_TRUE(after.starts_with("OK \"Begin with TLS.\"\n\"IMPLEMENTATION\"")) << after;
    EXPECT_EQ(after.find("Goodbye"), std::string::npos);
    EXPECT_EQ(after.find("\"STARTTLS\"\n"), std::string::npos);
    EXPECT_EQ(command("AUTHENTICATE \"PLAIN\" \"AGFubmEAc2VjcmV0\""), "OK \"Signed in.\"\n");
    EXPECT_EQ(command("STARTTLS"), "NO \"TLS cannot be started now.\"\n");
}

TEST_F(ManageSieveTest, Authenticate) {
    connect();
    EXPECT_EQ(command("AUTHENTICATE \"PLAIN\""), "\"\"\n");
    EXPECT_EQ(command("\"*\""), "NO \"Cancelled.\"\n");
    EXPECT_EQ(command("AUTHENTICATE \"PLAIN\" \"AGFubmEAd3Jvbmc=\""), "NO \"Wrong name or password.\"\n");
    EXPECT_EQ(command("AUTHENTICATE \"PLAIN\" \"eHl6\""), "NO \"The response is not one of PLAIN\"\n");
    EXPECT_EQ(command("AUTHENTICATE \"PLAIN\" \"YmVuAGFubmEAc2VjcmV0\""),
              "NO \"Acting for another user is not allowed.\"\n");
    EXPECT_EQ(command("AUTHENTICATE \"PLAIN\" \"no base64\""), "NO \"The response is not base64.\"\n");
    EXPECT_EQ(command("AUTHENTICATE \"LOGIN\""), "\"VXNlcm5hbWU6\"\n");
    EXPECT_EQ(command("\"YW5uYQ==\""), "\"UGFzc3dvcmQ6\"\n");
    EXPECT_EQ(command("\"d3Jvbmc=\""), "NO \"Wrong name or password.\"\n");
    EXPECT_EQ(command("AUTHENTICATE \"FROB\""), "NO \"There is no such mechanism.\"\n");
    EXPECT_EQ(command("AUTHENTICATE \"PLAIN\""), "\"\"\n");
    EXPECT_EQ(command("\"AGFubmEAc2VjcmV0\""), "OK \"Signed in.\"\n");
    EXPECT_EQ(command("AUTHENTICATE \"PLAIN\" \"AGFubmEAc2VjcmV0\""),
              "NO \"Somebody is signed in already.\"\n");
}

TEST_F(ManageSieveTest, Scripts) {
    sign_in();
    EXPECT_EQ(command("LISTSCRIPTS"), "OK \"Done.\"\n");
    EXPECT_EQ(command("PUTSCRIPT \"main\" {5+}\r\nkeep;"), "OK \"Done.\"\n");
    EXPECT_EQ(scripts_.last_command, "PUTSCRIPT");
    EXPECT_EQ(command("PUTSCRIPT \"other \\\"one\\\"\" \"stop;\""), "OK \"Done.\"\n");
    EXPECT_EQ(command("SETACTIVE \"main\""), "OK \"Done.\"\n");
    EXPECT_EQ(command("LISTSCRIPTS"), "\"main\" ACTIVE\n\"other \\\"one\\\"\"\nOK \"Done.\"\n");
    EXPECT_EQ(command("GETSCRIPT \"main\""), "{5}\nkeep;\nOK \"Done.\"\n");
    EXPECT_EQ(command("GETSCRIPT \"none\""), "NO (NONEXISTENT) \"There is no such script.\"\n");
    EXPECT_EQ(command("DELETESCRIPT \"main\""), "NO (ACTIVE) \"The active script cannot be deleted.\"\n");
    EXPECT_EQ(command("RENAMESCRIPT \"main\" \"other \\\"one\\\"\""),
              "NO (ALREADYEXISTS) \"There is a script of that name.\"\n");
    EXPECT_EQ(command("RENAMESCRIPT \"main\" \"new\""), "OK \"Done.\"\n");
    EXPECT_EQ(command("RENAMESCRIPT \"main\" \"x\""), "NO (NONEXISTENT) \"There is no such script.\"\n");
    EXPECT_EQ(command("SETACTIVE \"main\""), "NO (NONEXISTENT) \"There is no such script.\"\n");
    EXPECT_EQ(command("SETACTIVE \"\""), "OK \"Done.\"\n");
    EXPECT_EQ(command("DELETESCRIPT \"new\""), "OK \"Done.\"\n");
    EXPECT_EQ(command("LISTSCRIPTS"), "\"other \\\"one\\\"\"\nOK \"Done.\"\n");
}

TEST_F(ManageSieveTest, FaultsHaveLineAndColumn) {
    sign_in();
    EXPECT_EQ(command("CHECKSCRIPT \"keep;\""), "OK \"Done.\"\n");
    EXPECT_EQ(command("CHECKSCRIPT {15+}\r\nkeep;\r\n  frob;\n"),
              "NO \"line 2, column 3: there is no command \\\"frob\\\"\"\n");
    EXPECT_EQ(command("PUTSCRIPT \"a\" \"frob; keep 3;\""),
              "NO {93}\nline 1, column 1: there is no command \"frob\"\nline 1, column 12: keep takes no "
              "more arguments\n");
    EXPECT_TRUE(scripts_.scripts.empty());
}

TEST_F(ManageSieveTest, Space) {
    sign_in();
    EXPECT_EQ(command("HAVESPACE \"a\" 435"), "OK \"Done.\"\n");
    EXPECT_EQ(command("HAVESPACE \"a\" 9999999"), "NO (QUOTA/MAXSIZE) \"The script is too large.\"\n");
    for (int i = 0; i < 100; ++i) scripts_.scripts.push_back({"s" + std::to_string(i), "keep;", false});
    EXPECT_EQ(command("HAVESPACE \"a\" 5"), "NO (QUOTA/MAXSCRIPTS) \"There are too many scripts.\"\n");
    EXPECT_EQ(command("PUTSCRIPT \"a\" \"keep;\""),
              "NO (QUOTA/MAXSCRIPTS) \"There are too many scripts.\"\n");
    EXPECT_EQ(command("PUTSCRIPT \"s3\" \"stop;\""), "OK \"Done.\"\n");
}

TEST_F(ManageSieveTest, WhatIsNoCommand) {
    sign_in();
    EXPECT_EQ(command("FROB"), "NO \"There is no such command.\"\n");
    EXPECT_EQ(command("GETSCRIPT"), "NO \"The arguments are not those of GETSCRIPT.\"\n");
    EXPECT_EQ(command("GETSCRIPT 3"), "NO \"The arguments are not those of GETSCRIPT.\"\n");
    EXPECT_EQ(command("GETSCRIPT \"a"), "NO \"The quoted string does not end\"\n");
    EXPECT_EQ(command("PUTSCRIPT \"\" \"keep;\""), "NO \"This cannot be the name of a script.\"\n");
    EXPECT_EQ(command("PUTSCRIPT {3+}\r\na\tb \"keep;\""), "NO \"This cannot be the name of a script.\"\n");
    EXPECT_EQ(command("PUTSCRIPT \"a\" {2000000+}\r\n" + std::string(2000000, 'x')),
              "NO \"The literal is too long\"\n");
    EXPECT_EQ(command("NOOP"), "OK \"Done.\"\n");
    EXPECT_EQ(command("PUTSCRIPT \"a\" {99999999999+}"), "BYE \"The literal is malformed\"\n");
    EXPECT_TRUE(pipe_->server_closed);
}

}  // namespace
}  // namespace postern::managesieve
