// Scripts at delivery: what the filter answers for an account of the real mail model.
#include "postern/mail/delivery.hpp"
#include "kernel/mail/service.hpp"
#include "postern/mail/scripts.hpp"
#include "tests/mail/support/loop_runtime.hpp"
#include "tests/mail/support/memory_store.hpp"
#include "tests/sieve/support/sieve_fixture.hpp"

namespace postern::sieve::test {
namespace {

class FakeScripts final : public mail::ScriptStore {
public:
    Task<Result<std::vector<store::Script>>> read(AccountId) override {
        ++reads;
        co_return scripts;
    }
    Task<Result<void>> write(std::shared_ptr<mail::Account>, std::vector<store::ScriptWrite>,
                             mail::Cause) override {
        co_return Result<void>();
    }
    std::vector<store::Script> scripts;
    int reads = 0;
};

class Delivery : public SieveFixture {
protected:
    Delivery()
        : service_(runtime_, store_, log_,
                   [this] {
                       mail::MailOptions options;
                       options.clock = [this] { return clock_; };
                       return options;
                   }(),
                   {}) {
        EXPECT_TRUE(service_.start());
        mail::NewAccount fresh;
        fresh.login = "anna@example.org";
        auto made = runtime_.run(service_.create_account(fresh));
        EXPECT_TRUE(made);
        account_ = *runtime_.run(service_.open(*made));
        registry_.provide<mail::ScriptStore>(scripts_);
        registry_.provide<mail::MailService>(service_);
        start();
        filter_ = static_cast<const Lookup&>(registry_).find<mail::DeliveryFilter>("sieve");
        request_.account = account_;
        request_.envelope.sender = "ben@example.net";
        request_.recipient.envelope.address = "anna+work@example.org";
        request_.recipient.detail = "work";
        request_.recipient.login = "anna@example.org";
        request_.content = std::make_shared<const std::string>(return_path + received);
        request_.return_path_octets = return_path.size();
        request_.mailbox = "INBOX";
    }

    void activate(const std::string& script) {
        scripts_.scripts = {{"main", script, true},
                            {"sub", "require \"fileinto\"; fileinto \"Archive\";", false}};
        write(std::string(mail::scripts_version_entry), std::to_string(++version_));
    }
    void write(const std::string& entry, const std::string& value) {
        std::vector<store::AttributeWrite> writes(1);
        writes[0].attribute.entry = entry;
        writes[0].attribute.value = value;
        EXPECT_TRUE(runtime_.run(account_->write_attributes(std::move(writes), {})));
    }
    /// The filter's answer; attributes are written as delivery would.
    std::optional<mail::FilterActions> filter() {
        auto answer = runtime_.run(filter_->filter(request_));
        EXPECT_TRUE(answer) << answer.error().to_string();
        if (*answer && !(*answer)->attributes.empty()) {
            EXPECT_TRUE(runtime_.run(account_->write_attributes((*answer)->attributes, {})));
        }
        return *answer;
    }

    const std::string return_path = "Return-Path: <ben@example.net>\r\n";
    const std::string received =
        "Delivered-To: anna+work@example.org\r\nReceived: by us; Thu, 14 Jan 2027 23:59:00 -0500\r\nFrom: "
        "ben@example.net\r\n"
        "To: anna@example.org\r\nSubject: hello\r\nMessage-ID: <7@example.net>\r\n\r\nbody\r\n";
    mail::test::LoopRuntime runtime_;
    mail::test::SilentLog log_;
    mail::test::MemoryStore store_;
    UnixTime clock_ = 1'800'000'000;
    mail::MailServiceImpl service_;
    std::shared_ptr<mail::Account> account_;
    FakeScripts scripts_;
    mail::DeliveryFilter* filter_ = nullptr;
    mail::FilterRequest request_;
    int version_ = 0;
};

TEST_F(Delivery, WithoutScriptsNothingIsAsked) {
    EXPECT_FALSE(filter());
    EXPECT_EQ(scripts_.reads, 0);
    activate("discard;");
    scripts_.scripts.front().active = false;
    EXPECT_FALSE(filter());
    EXPECT_FALSE(filter());
    EXPECT_EQ(scripts_.reads, 1);
}

TEST_F(Delivery, StoresWithFlags) {
    activate(
        "require [\"fileinto\", \"imap4flags\", \"mailbox\", \"special-use\"]; fileinto :create :flags "
        "\"\\\\Seen $Work\" \"Lists\"; keep; "
        "fileinto :specialuse \"\\\\Junk\" \"x\";");
    const auto actions = filter();
    ASSERT_TRUE(actions);
    ASSERT_EQ(actions->stores.size(), 3U);
    EXPECT_EQ(actions->stores[0].mailbox, "Lists");
    EXPECT_TRUE(actions->stores[0].create);
    EXPECT_EQ(actions->stores[0].flags, mail::seen);
    EXPECT_EQ(actions->stores[0].keywords, std::vector<std::string>{"$Work"});
    EXPECT_EQ(actions->stores[1].mailbox, "");
    EXPECT_EQ(actions->stores[2].mailbox, "Junk");
}

TEST_F(Delivery, ScriptsAreCompiledOnceAVersion) {
    activate("discard;");
    EXPECT_TRUE(filter()->stores.empty());
    EXPECT_TRUE(filter()->stores.empty());
    EXPECT_EQ(scripts_.reads, 1);
    activate("require \"include\"; include \"sub\";");
    EXPECT_EQ(filter()->stores.at(0).mailbox, "Archive");
    EXPECT_EQ(scripts_.reads, 2);
}

TEST_F(Delivery, Redirects) {
    activate(
        "require [\"copy\", \"redirect-dsn\"]; redirect :copy \"a@b.c\"; redirect :notify \"FAILURE\" :ret "
        "\"FULL\" \"d@e.f\";");
    const auto actions = filter();
    ASSERT_TRUE(actions);
    ASSERT_EQ(actions->redirects.size(), 2U);
    EXPECT_TRUE(actions->stores.empty());
    EXPECT_EQ(*actions->redirects[0].content, received);
    EXPECT_EQ(actions->redirects[0].sender, "ben@example.net");
    EXPECT_EQ(actions->redirects[1].sender, "anna@example.org");
    EXPECT_EQ(actions->redirects[1].recipients.at(0).notify, mail::notify_failure);
    EXPECT_EQ(actions->redirects[1].ret, mail::DsnReturn::full);
    // Edited, it still goes without Return-Path.
    activate("require \"editheader\"; addheader \"X-A\" \"b\"; redirect \"a@b.c\";");
    EXPECT_EQ(*filter()->redirects.at(0).content, "X-A: b\r\n" + received);
    // What was here before is not sent round again.
    request_.content = std::make_shared<const std::string>(
        return_path + "Delivered-To: Anna+work@example.org\r\n" + received);
    const auto round = filter();
    EXPECT_TRUE(round->redirects.empty());
    EXPECT_EQ(round->stores.size(), 1U);
}

TEST_F(Delivery, VacationAnswersOnce) {
    activate("require [\"vacation\", \"fcc\"]; vacation :fcc \"Sent\" :days 1 \"Away\";");
    const auto first = filter();
    ASSERT_TRUE(first);
    ASSERT_EQ(first->notices.size(), 1U);
    EXPECT_EQ(first->notices[0].sender, "");
    EXPECT_EQ(first->notices[0].recipients.at(0).address, "ben@example.net");
    EXPECT_NE(first->notices[0].content->find("From: anna@example.org\r\n"), std::string::npos);
    ASSERT_EQ(first->stores.size(), 2U);
    EXPECT_EQ(first->stores[1].mailbox, "Sent");
    EXPECT_EQ(first->stores[1].content, first->notices[0].content);
    EXPECT_TRUE(filter()->notices.empty());
    clock_ += 24 * 60 * 60 + 1;
    EXPECT_EQ(filter()->notices.size(), 1U);
}

TEST_F(Delivery, DuplicatesAndTheirTime) {
    activate("require \"duplicate\"; if duplicate :seconds 60 { discard; }");
    EXPECT_EQ(filter()->stores.size(), 1U);
    EXPECT_TRUE(filter()->stores.empty());
    clock_ += 61;
    EXPECT_EQ(filter()->stores.size(), 1U);
}

TEST_F(Delivery, Reject) {
    activate("require \"reject\"; reject \"No, thanks.\";");
    EXPECT_EQ(filter()->reject, "No, thanks.");
    request_.envelope.can_reject = false;
    EXPECT_FALSE(filter()->reject);
    EXPECT_EQ(filter()->stores.size(), 1U);
}

TEST_F(Delivery, Facts) {
    activate(
        "require [\"environment\", \"mboxmetadata\", \"envelope\", \"subaddress\", \"mailbox\"]; if allof "
        "(environment \"remote-ip\" "
        "\"192.0.2.9\", metadata \"INBOX\" \"/private/comment\" \"on\", envelope :detail \"to\" \"work\", "
        "mailboxexists \"Sent\", not "
        "mailboxexists \"Nowhere\") { discard; }");
    request_.envelope.peer.address = "192.0.2.9";
    std::vector<store::AttributeWrite> writes(1);
    writes[0].attribute = {account_->find_mailbox("INBOX")->id, "/private/comment", "on"};
    EXPECT_TRUE(runtime_.run(account_->write_attributes(std::move(writes), {})));
    EXPECT_TRUE(filter()->stores.empty());
}

TEST_F(Delivery, WhatFailsIsKeptAndToldOnce) {
    for (const char* script : {"require \"ihave\"; error \"broken\";", "this does not compile"}) {
        activate(script);
        const auto first = filter();
        ASSERT_TRUE(first);
        ASSERT_EQ(first->stores.size(), 2U) << script;
        EXPECT_EQ(first->stores[0].mailbox, "");
        EXPECT_EQ(first->stores[0].content, nullptr);
        EXPECT_EQ(first->stores[1].mailbox, "INBOX");
        EXPECT_NE(first->stores[1].content->find("line 1, column"), std::string::npos);
        EXPECT_EQ(filter()->stores.size(), 1U);
    }
}

}  // namespace
}  // namespace postern::sieve::test
