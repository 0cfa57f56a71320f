// Scripts over mail that is in a mailbox already.
#include "postern/sieve/stored_mail.hpp"

#include "kernel/mail/grouped_delivery.hpp"
#include "kernel/mail/service.hpp"
#include "postern/mail/delivery.hpp"
#include "postern/mail/scripts.hpp"
#include "tests/mail/support/loop_runtime.hpp"
#include "tests/mail/support/memory_store.hpp"
#include "tests/sieve/support/sieve_fixture.hpp"

namespace postern::sieve::test {
namespace {

using Names = std::vector<std::string>;

class FakeRelay final : public mail::MailRelay {
public:
    bool available(const std::string&) const override { return true; }
    Task<Result<mail::RelayAnswer>> send(AccountId, std::string, mail::OutgoingMail mail) override {
        sent.push_back(std::move(mail));
        mail::RelayAnswer answer;
        answer.final = {code, "as told"};
        co_return answer;
    }
    unsigned code = 250;
    std::vector<mail::OutgoingMail> sent;
};

class NoScripts final : public mail::ScriptStore {
public:
    Task<Result<std::vector<store::Script>>> read(AccountId) override {
        co_return std::vector<store::Script>();
    }
    Task<Result<void>> write(std::shared_ptr<mail::Account>, std::vector<store::ScriptWrite>,
                             mail::Cause) override {
        co_return Result<void>();
    }
};

class Stored : public SieveFixture {
protected:
    Stored() : service_(runtime_, store_, log_, {}, {}) {
        EXPECT_TRUE(service_.start());
        mail::NewAccount fresh;
        fresh.login = "anna";
        auto made = runtime_.run(service_.create_account(fresh));
        EXPECT_TRUE(made);
        account_ = *runtime_.run(service_.open(*made));
        registry_.provide<mail::MailService>(service_);
        registry_.provide<mail::GroupedDelivery>(deliveries_);
        registry_.provide<mail::MailRelay>(relay_);
        registry_.provide<mail::ScriptStore>(scripts_);
        configure("sieve", "domain: example.org");
        start();
        put("one");
        put("two", mail::seen, {"$Work"});
    }

    void put(const std::string& subject, mail::FlagBits flags = 0, Names keywords = {}) {
        mail::DeliveryRequest request;
        request.mailbox = account_->find_mailbox("INBOX")->id;
        mail::NewMail& mail = request.messages.emplace_back();
        mail.content = std::make_shared<const std::string>(
            "Return-Path: <ben@example.net>\r\nFrom: ben@example.net\r\nSubject: " + subject +
            "\r\n\r\nbody\r\n");
        mail.flags = flags;
        mail.keywords = std::move(keywords);
        mail.internal_date = 1'000'000'000;
        EXPECT_TRUE(runtime_.run(account_->deliver(std::move(request))));
    }
    /// Over messages 1 and 2 of INBOX.
    std::vector<StoredResult> apply(const std::string& script) {
        request_.account = account_;
        request_.mailbox = account_->find_mailbox("INBOX")->id;
        request_.messages = {{1, {"\\Seen", "$Work"}}, {2, {}}};
        Compiled compiled = engine().compile(script, nullptr);
        EXPECT_TRUE(compiled.program) << compiled.faults.at(0).to_string();
        request_.program = compiled.program;
        auto* stored = static_cast<const Lookup&>(registry_).find<StoredMail>();
        auto results = runtime_.run(stored->apply(request_));
        EXPECT_TRUE(results);
        return *results;
    }
    /// "UID flags" of each message.
    Names messages(std::string_view name) {
        const mail::MailboxInfo* info = account_->find_mailbox(name);
        if (info == nullptr) return {"there is none"};
        const auto mailbox = *runtime_.run(account_->open_mailbox(info->id));
        const auto view = mailbox->open_view(true);
        Names out;
        for (mail::Slot slot = view->lower_bound(1); slot != mail::no_slot; slot = view->next(slot)) {
            out.push_back(std::to_string(mailbox->columns().uid[slot]) + " " +
                          std::to_string(mailbox->columns().flags[slot]));
            for (const auto keyword : mailbox->keyword_set(mailbox->columns().keywords[slot]))
                out.back() += " " + mailbox->keywords()[keyword];
            EXPECT_EQ(mailbox->columns().internal_date[slot], 1'000'000'000);
        }
        return out;
    }

    mail::test::LoopRuntime runtime_;
    mail::test::SilentLog log_;
    mail::test::MemoryStore store_;
    mail::MailServiceImpl service_;
    mail::GroupedDeliveryImpl deliveries_{service_};
    FakeRelay relay_;
    NoScripts scripts_;
    std::shared_ptr<mail::Account> account_;
    StoredRequest request_;
};

const char* const first_of_both = "if header :is \"subject\" \"one\"";

TEST_F(Stored, WhatIsKeptIsLeftAlone) {
    const Modseq before = account_->change_seq();
    for (const StoredResult& result : apply("keep;")) {
        EXPECT_EQ(result.actions.at(0).kind, "keep");
        EXPECT_FALSE(result.removed);
    }
    EXPECT_EQ(account_->change_seq(), before);
}

TEST_F(Stored, FilingMovesWithFlagsOrCopies) {
    request_.expunge = true;
    const auto results = apply(
        "require [\"fileinto\", \"copy\", \"mailbox\"]; if header :is \"subject\" \"two\" {"
        "fileinto \"Archive\"; fileinto :create \"New/Box\"; } else { fileinto :copy \"Archive\"; }");
    EXPECT_EQ(results[0].copies, 1U);
    EXPECT_FALSE(results[0].removed);
    EXPECT_EQ(results[1].copies, 2U);
    EXPECT_TRUE(results[1].removed);
    EXPECT_EQ(messages("INBOX"), Names{"1 0"});
    EXPECT_EQ(messages("Archive"), (Names{"1 0", "2 8 $Work"}));
    EXPECT_EQ(messages("New/Box"), Names{"1 8 $Work"});
    EXPECT_TRUE(runtime_.run(account_->list_recoverable(10))->empty());
}

TEST_F(Stored, WhatIsNotKeptIsMarkedOrRemoved) {
    const std::string script = std::string(first_of_both) + " { discard; }";
    EXPECT_TRUE(apply(script)[0].removed);
    EXPECT_EQ(messages("INBOX"), (Names{"1 4", "2 8 $Work"}));
    request_.expunge = true;
    EXPECT_TRUE(apply(script)[0].removed);
    EXPECT_EQ(messages("INBOX"), Names{"2 8 $Work"});
    EXPECT_TRUE(apply(script)[0].gone);
}

TEST_F(Stored, ARehearsalChangesNothing) {
    request_.rehearse = request_.expunge = true;
    const auto results = apply(
        "require [\"fileinto\", \"imap4flags\", \"mailbox\", \"copy\", \"duplicate\"]; if duplicate { stop; }"
        "fileinto :create \"New\"; if header :is \"subject\" \"two\" { addflag \"\\\\Flagged\"; keep; }");
    EXPECT_TRUE(results[0].removed);
    EXPECT_EQ(results[1].changed_flags, Names{"\\Flagged"});
    EXPECT_EQ(messages("INBOX"), (Names{"1 0", "2 8 $Work"}));
    EXPECT_EQ(messages("New"), Names{"there is none"});
    EXPECT_TRUE(apply("discard;")[0].removed);
    request_.expunge = false;
    EXPECT_TRUE(apply("discard;")[0].removed);
    EXPECT_EQ(messages("INBOX"), (Names{"1 0", "2 8 $Work"}));
}

TEST_F(Stored, FlagsBeginWithThoseOfTheMessage) {
    auto results = apply(
        "require \"imap4flags\"; if hasflag \"$work\" { removeflag \"\\\\Seen\"; addflag [\"\\\\Flagged\", "
        "\"$New\"]; }");
    EXPECT_TRUE(results[0].changed_flags.empty());
    EXPECT_EQ(results[1].changed_flags, (Names{"\\Flagged", "\\Seen", "$New"}));
    EXPECT_EQ(messages("INBOX"), (Names{"1 0", "2 2 $Work $New"}));
    apply("require \"imap4flags\"; setflag \"\";");
    EXPECT_EQ(messages("INBOX"), (Names{"1 0", "2 0"}));
    apply("require [\"imap4flags\", \"fileinto\"]; fileinto :flags \"\\\\Answered\" \"Sent\"; keep;");
    EXPECT_EQ(messages("Sent"), (Names{"1 1", "2 1"}));
}

TEST_F(Stored, FilingWhereItIsKeepsIt) {
    request_.expunge = true;
    EXPECT_FALSE(apply("require \"fileinto\"; fileinto \"INBOX\";")[0].removed);
    EXPECT_EQ(messages("INBOX"), (Names{"1 0", "2 8 $Work"}));
}

TEST_F(Stored, EditsGoWithCopiesOnly) {
    apply(
        "require [\"fileinto\", \"editheader\", \"copy\"]; addheader \"X-A\" \"b\"; fileinto :copy "
        "\"Archive\";");
    EXPECT_EQ(messages("INBOX"), (Names{"1 0", "2 8 $Work"}));
    const auto archive = *runtime_.run(account_->open_mailbox(account_->find_mailbox("Archive")->id));
    const auto inbox = *runtime_.run(account_->open_mailbox(account_->find_mailbox("INBOX")->id));
    EXPECT_NE(archive->columns().message[0], inbox->columns().message[0]);
}

TEST_F(Stored, NothingIsSentWithoutAnEvent) {
    request_.expunge = true;
    auto results = apply(
        "require [\"vacation\", \"enotify\", \"copy\"]; redirect \"a@b.c\"; notify \"mailto:d@e.f\"; "
        "vacation \"away\";");
    EXPECT_EQ(results[0].left_out, (Names{"redirect", "notify"}));
    EXPECT_FALSE(results[0].removed);
    EXPECT_EQ(apply("require \"reject\"; reject \"no\";")[0].left_out, Names{"reject"});
    apply("require \"imap4flags\"; redirect \"a@b.c\";");
    EXPECT_EQ(messages("INBOX"), (Names{"1 0", "2 8 $Work"}));
    EXPECT_TRUE(relay_.sent.empty());
}

TEST_F(Stored, AFailureLeavesTheMessage) {
    request_.expunge = true;
    const auto results = apply(
        "require [\"envelope\", \"fileinto\"]; if header :is \"subject\" \"one\" { if envelope \"from\" \"\" "
        "{ discard; } discard; }"
        " fileinto \"Nowhere\";");
    EXPECT_EQ(results[0].failure, "line 1, column 70: a message that is in a mailbox has no envelope");
    EXPECT_EQ(results[1].failure, "there is no mailbox Nowhere");
    EXPECT_EQ(messages("INBOX"), (Names{"1 0", "2 8 $Work"}));
}

TEST_F(Stored, EventsSendAndSayWhatHappened) {
    request_.event = "FLAG";
    request_.user = "ben";
    const auto results = apply(R"(require ["environment", "imap4flags", "enotify", "variables"];
        if allof (environment "imap.cause" "FLAG", environment "imap.user" "ben", environment "imap.email" "ben@example.org",
                  environment "imap.mailbox" "INBOX", environment "location" "MS", environment "phase" "post",
                  environment :contains "imap.changedflags" "\\Seen") { redirect "a@b.c"; }
        elsif environment "imap.changedflags" "" { notify "mailto:d@e.f"; })");
    EXPECT_TRUE(results[0].removed);
    EXPECT_FALSE(results[1].removed);
    ASSERT_EQ(relay_.sent.size(), 2U);
    EXPECT_EQ(relay_.sent[0].sender, "anna@example.org");
    EXPECT_EQ(relay_.sent[0].recipients.at(0).address, "a@b.c");
    EXPECT_EQ(*relay_.sent[0].content, "From: ben@example.net\r\nSubject: one\r\n\r\nbody\r\n");
    EXPECT_EQ(relay_.sent[1].recipients.at(0).address, "d@e.f");
    EXPECT_NE(relay_.sent[1].content->find("From: anna@example.org"), std::string::npos);
    EXPECT_EQ(messages("INBOX"), (Names{"1 4", "2 8 $Work"}));
}

TEST_F(Stored, WhatCouldNotLeaveStays) {
    request_.event = "COPY";
    request_.expunge = true;
    relay_.code = 451;
    EXPECT_EQ(apply("redirect \"a@b.c\";")[0].failure, "a message could not be sent: as told");
    EXPECT_EQ(messages("INBOX"), (Names{"1 0", "2 8 $Work"}));
}

TEST_F(Stored, EventsKnowNoRefusals) {
    request_.event = "APPEND";
    for (const char* name : {"reject", "ereject", "vacation"}) {
        const auto results = apply("require \"" + std::string(name) + "\"; discard;");
        EXPECT_NE(results[0].failure.find("is not for events of IMAP"), std::string::npos);
    }
    EXPECT_EQ(messages("INBOX").size(), 2U);
}

TEST_F(Stored, DuplicatesAreFoundWithinOneRun) {
    request_.expunge = true;
    const auto results = apply("require \"duplicate\"; if duplicate :header \"from\" { discard; }");
    EXPECT_FALSE(results[0].removed);
    EXPECT_TRUE(results[1].removed);
}

}  // namespace
}  // namespace postern::sieve::test
