// The delivery service: addresses, filters, what they decide.
#include "delivery/content.hpp"
#include "delivery/plugin.hpp"
#include "postern/mail/quota.hpp"
#include "tests/support/protocol_fixture.hpp"

namespace postern::delivery {
namespace {

using mail::DeliveryOutcome;
using mail::FilterActions;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::vector<std::string> logins(const std::string& address, const Settings& settings = {}) {
    std::vector<std::string> out;
    for (const Candidate& candidate : candidates(address, settings))
        out.push_back(candidate.login + (candidate.detail.empty() ? "" : " " + candidate.detail));
    return out;
}

TEST(CandidatesTest, AreTheAddressTheUserAndTheLocalPart) {
    EXPECT_THAT(logins("anna@example.org"), ElementsAre("anna@example.org", "anna"));
    EXPECT_THAT(logins("Anna+a.b@EXAMPLE.org"),
                ElementsAre("Anna+a.b@example.org", "anna+a.b@example.org", "Anna@example.org a.b",
                            "anna@example.org a.b", "Anna+a.b", "anna+a.b", "Anna a.b", "anna a.b"));
    EXPECT_THAT(logins("anna"), ElementsAre("anna"));
    EXPECT_THAT(logins("\"an na\"@example.org"), ElementsAre("an na@example.org", "an na"));
    EXPECT_THAT(logins("+x@example.org"), ElementsAre("+x@example.org", "+x"));
    EXPECT_TRUE(logins("an na@example.org").empty());
}

TEST(CandidatesTest, AreNoneForOtherDomains) {
    Settings settings;
    settings.domains = {"example.org"};
    settings.separator = "--";
    EXPECT_TRUE(logins("anna@example.com", settings).empty());
    EXPECT_THAT(logins("a+b--c@example.org", settings),
                ElementsAre("a+b--c@example.org", "a+b@example.org c", "a+b--c", "a+b c"));
}

TEST(CirclesTest, ShowInTheHeader) {
    EXPECT_TRUE(goes_in_circles("A: b\r\nDelivered-To: Anna@example.org\r\n\r\n", "anna@example.org", 10));
    EXPECT_FALSE(goes_in_circles("A: b\r\n\r\nDelivered-To: anna@example.org\r\n", "anna@example.org", 10));
    EXPECT_TRUE(goes_in_circles("Received: a\r\nReceived: b\r\n\r\n", "x", 1));
    EXPECT_FALSE(goes_in_circles("Received: a\r\nReceived: b\r\n\r\n", "x", 2));
}

class ScriptedFilter final : public mail::DeliveryFilter {
public:
    int order() const override { return 0; }
    Task<Result<std::optional<FilterActions>>> filter(mail::FilterRequest request) override {
        asked = std::move(request);
        auto answer_now = answer;
        co_return answer_now;
    }
    mail::FilterRequest asked;
    Result<std::optional<FilterActions>> answer = std::optional<FilterActions>();
};

class FakeRelay final : public mail::MailRelay {
public:
    bool available(const std::string&) const override { return there; }
    Task<Result<mail::RelayAnswer>> send(AccountId, std::string, mail::OutgoingMail mail) override {
        sent.push_back(std::move(mail));
        if (code == 0) co_return Error(Errc::unavailable, "away");
        mail::RelayAnswer answer;
        answer.recipients.resize(1);
        answer.recipients[0].code = code;
        answer.final.code = code;
        co_return answer;
    }
    bool there = true;
    unsigned code = 250;
    std::vector<mail::OutgoingMail> sent;
};

class FakeQuota final : public mail::QuotaService {
public:
    mail::QuotaLimits limits(const mail::Account&) const override { return limits_now; }
    Task<Result<std::uint64_t>> usage(std::shared_ptr<mail::Account>, mail::QuotaResource) override {
        co_return std::uint64_t{0};
    }
    Task<Result<void>> set_limits(std::shared_ptr<mail::Account>, mail::QuotaLimits, mail::Cause) override {
        co_return Result<void>();
    }
    mail::QuotaLimits limits_now;
};

class DeliveryTest : public test::ProtocolFixture {
protected:
    void SetUp() override {
        add_object<mail::DeliveryFilter>("test", filter_);
        add_object<mail::MailRelay>("", relay_);
        add_object<mail::QuotaService>("", quota_);
        add("delivery", plugin_);
        start();
        service_under_test_ = static_cast<const Lookup&>(registry_).find<mail::DeliveryService>();
    }
    DeliveryOutcome deliver(bool can_reject = true) {
        mail::EnvelopeRecipient to;
        to.address = "anna+work@example.org";
        auto resolved = runtime_.run(service_under_test_->resolve(to, 0));
        EXPECT_TRUE(resolved);
        mail::Envelope envelope;
        envelope.sender = "chris@example.com";
        envelope.can_reject = can_reject;
        auto outcomes = runtime_.run(service_under_test_->deliver(
            envelope, {*resolved}, std::make_shared<const std::string>("Subject: x\r\n\r\nBody\r\n")));
        EXPECT_EQ(outcomes.size(), 1U);
        runtime_.settle();
        return outcomes.at(0);
    }
    FilterActions& decide() {
        filter_.answer = FilterActions();
        return **filter_.answer;
    }
    ScriptedFilter filter_;
    FakeRelay relay_;
    FakeQuota quota_;
    DeliveryPlugin plugin_{host_};
    mail::DeliveryService* service_under_test_ = nullptr;
};

TEST_F(DeliveryTest, KeepsWhatNoFilterSpeaksOf) {
    const DeliveryOutcome outcome = deliver();
    EXPECT_EQ(outcome.kind, DeliveryOutcome::Kind::stored);
    ASSERT_EQ(outcome.stored.size(), 1U);
    EXPECT_EQ(outcome.stored[0].name, "INBOX");
    EXPECT_EQ(outcome.stored[0].uid, 1U);
    EXPECT_EQ(filter_.asked.recipient.detail, "work");
    EXPECT_EQ(filter_.asked.recipient.login, "anna");
    EXPECT_EQ(filter_.asked.content->substr(0, filter_.asked.return_path_octets),
              "Return-Path: <chris@example.com>\r\n");
    EXPECT_THAT(filter_.asked.content->substr(filter_.asked.return_path_octets),
                StartsWith("Delivered-To: "));
}

TEST_F(DeliveryTest, FilesWithFlagsAndMakesMailboxes) {
    FilterActions& actions = decide();
    actions.stores.resize(3);
    actions.stores[0].mailbox = "New/Folder";
    actions.stores[0].create = true;
    actions.stores[0].flags = mail::flagged;
    actions.stores[0].keywords = {"$Work"};
    actions.stores[1].special_use = "\\Junk";
    actions.stores[1].mailbox = "Elsewhere";
    actions.stores[2].mailbox = "Nowhere";
    actions.stores[2].content = std::make_shared<const std::string>("Changed: yes\r\n\r\n");
    const DeliveryOutcome outcome = deliver();
    EXPECT_EQ(outcome.kind, DeliveryOutcome::Kind::stored);
    // What was not edited is one message.
    EXPECT_EQ(outcome.stored.at(0).message, outcome.stored.at(1).message);
    EXPECT_NE(outcome.stored.at(0).message, outcome.stored.at(2).message);
    EXPECT_THAT(outcome.stored, ElementsAre(Field(&DeliveryOutcome::Stored::name, "New/Folder"),
                                            Field(&DeliveryOutcome::Stored::name, "Junk"),
                                            Field(&DeliveryOutcome::Stored::name, "INBOX")));
    EXPECT_THAT(contents("anna", "INBOX"), ElementsAre("Changed: yes\r\n\r\n"));
    const auto anna = account("anna");
    EXPECT_THAT(anna->subscriptions(), ::testing::Contains("New/Folder"));
    const auto folder = *runtime_.run(anna->open_mailbox(anna->find_mailbox("New/Folder")->id));
    EXPECT_EQ(folder->columns().flags[0], mail::flagged);
    EXPECT_THAT(folder->keywords(), ElementsAre("$Work"));
}

TEST_F(DeliveryTest, OneMailboxTakesTheSameMessageOnceAndOthersBesides) {
    FilterActions& actions = decide();
    actions.stores.resize(4);
    actions.stores[1].flags = mail::flagged;
    actions.stores[2].content = std::make_shared<const std::string>("Copy: yes\r\n\r\n");
    actions.stores[3].content = std::make_shared<const std::string>("Copy: yes\r\n\r\n");
    EXPECT_EQ(deliver().stored.size(), 2U);
    EXPECT_EQ(contents("anna").size(), 2U);
}

TEST_F(DeliveryTest, StoresNothingUnlessEverythingIsStored) {
    FilterActions& actions = decide();
    actions.stores.resize(2);
    actions.stores[1].mailbox = "Archive";
    guard_.kind = mail::GuardedOperation::Kind::deliver;
    guard_.mailbox = "Archive";
    EXPECT_EQ(deliver().kind, DeliveryOutcome::Kind::failed);
    EXPECT_TRUE(contents("anna").empty());
    // A mailbox that takes nothing gives way to INBOX, where the message is already.
    guard_.error = Error(Errc::permission_denied, "no");
    EXPECT_EQ(deliver().kind, DeliveryOutcome::Kind::stored);
    EXPECT_FALSE(contents("anna").empty());
    EXPECT_TRUE(contents("anna", "Archive").empty());
}

TEST_F(DeliveryTest, DiscardsWhatAFilterDoesNotStore) {
    decide();
    EXPECT_EQ(deliver().kind, DeliveryOutcome::Kind::forwarded);
    EXPECT_TRUE(contents("anna").empty());
}

TEST_F(DeliveryTest, RefusesWithTheFiltersText) {
    decide().reject = "No thanks";
    const DeliveryOutcome outcome = deliver();
    EXPECT_EQ(outcome.kind, DeliveryOutcome::Kind::rejected);
    EXPECT_EQ(outcome.error.text, "No thanks");
    EXPECT_TRUE(contents("anna").empty());
    // Where nobody would hear of it the message stays.
    EXPECT_EQ(deliver(false).kind, DeliveryOutcome::Kind::stored);
}

TEST_F(DeliveryTest, StoresNothingUntilARedirectHasLeft) {
    FilterActions& actions = decide();
    actions.stores.resize(1);
    actions.redirects.resize(1);
    actions.redirects[0].recipients.resize(1);
    relay_.code = 451;
    EXPECT_EQ(deliver().kind, DeliveryOutcome::Kind::failed);
    relay_.code = 0;
    const DeliveryOutcome away = deliver();
    EXPECT_EQ(away.kind, DeliveryOutcome::Kind::failed);
    EXPECT_EQ(away.error.code, Errc::temporary);
    EXPECT_TRUE(contents("anna").empty());
    relay_.code = 250;
    EXPECT_EQ(deliver().kind, DeliveryOutcome::Kind::stored);
    EXPECT_EQ(contents("anna").size(), 1U);
}

TEST_F(DeliveryTest, KeepsWhatNobodyTakes) {
    decide().redirects.resize(1);
    relay_.code = 550;
    EXPECT_EQ(deliver().kind, DeliveryOutcome::Kind::stored);
    relay_.there = false;
    EXPECT_EQ(deliver().kind, DeliveryOutcome::Kind::stored);
    EXPECT_EQ(contents("anna").size(), 2U);
    relay_.there = true;
    relay_.code = 250;
    EXPECT_EQ(deliver().kind, DeliveryOutcome::Kind::forwarded);
    EXPECT_EQ(contents("anna").size(), 2U);
}

TEST_F(DeliveryTest, SendsNoticesAndRemembersAfterStoring) {
    FilterActions& actions = decide();
    actions.stores.resize(1);
    actions.notices.resize(1);
    actions.notices[0].sender = "notice";
    actions.attributes.resize(1);
    actions.attributes[0].attribute.entry = ".vacation";
    actions.attributes[0].attribute.value = "chris";
    relay_.code = 550;
    EXPECT_EQ(deliver().kind, DeliveryOutcome::Kind::stored);
    ASSERT_EQ(relay_.sent.size(), 1U);
    EXPECT_EQ(relay_.sent[0].sender, "notice");
    const auto* remembered = account("anna")->find_attribute({}, ".vacation");
    ASSERT_NE(remembered, nullptr);
    EXPECT_EQ(*remembered, "chris");
}

TEST_F(DeliveryTest, KeepsTheMessageOfAFilterThatFails) {
    filter_.answer = Error(Errc::invalid, "line 3: what is this");
    EXPECT_EQ(deliver().kind, DeliveryOutcome::Kind::stored);
    EXPECT_EQ(host_.log_.errors, 1);
    filter_.answer = Error(Errc::temporary, "no script for now");
    EXPECT_EQ(deliver().kind, DeliveryOutcome::Kind::failed);
    EXPECT_EQ(contents("anna").size(), 1U);
}

TEST_F(DeliveryTest, SaysWhenAMessageWouldNotFit) {
    const auto answer = [&](std::uint64_t octets) {
        mail::EnvelopeRecipient to;
        to.address = "anna@example.org";
        const auto resolved = runtime_.run(service_under_test_->resolve(to, octets));
        return resolved ? "fits" : to_string(resolved.error().code);
    };
    EXPECT_STREQ(answer(1 << 30), "fits");
    quota_.limits_now[mail::QuotaResource::storage] = 2;
    EXPECT_STREQ(answer(0), "fits");
    EXPECT_STREQ(answer(2048), "fits");
    EXPECT_STREQ(answer(2049), to_string(Errc::over_quota));
    std::string message = "A: b\r\n\r\n";
    while (message.size() < 2048) message += 'x';
    store("anna", "INBOX", message);
    EXPECT_STREQ(answer(0), to_string(Errc::over_quota));
    quota_.limits_now = {};
    quota_.limits_now[mail::QuotaResource::message] = 1;
    EXPECT_STREQ(answer(0), to_string(Errc::over_quota));
}

TEST_F(DeliveryTest, FindsNobody) {
    mail::EnvelopeRecipient to;
    to.address = "nobody@example.org";
    EXPECT_EQ(runtime_.run(service_under_test_->resolve(to, 0)).error().code, Errc::not_found);
}

}  // namespace
}  // namespace postern::delivery
