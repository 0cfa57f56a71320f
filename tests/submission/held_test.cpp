// FUTURERELEASE (RFC 4865): messages that are sent later.
#include "delivery/plugin.hpp"
#include "kernel/mail/account_scan.hpp"
#include "submission/plugin.hpp"
#include "tests/submission/fake_host.hpp"
#include "tests/support/protocol_fixture.hpp"

namespace postern::submission {
namespace {

using smtp::Reply;
using test::LineClient;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

HeldMessage example() {
    HeldMessage held;
    held.message = MessageId{77};
    held.mail.sender = "anna+x@example.org";
    held.mail.id = "a = b";
    held.mail.ret = mail::DsnReturn::headers;
    held.mail.body = mail::BodyKind::binary;
    held.mail.smtputf8 = true;
    held.mail.recipients = {{"ben@far.example", "rfc822;ben@far.example", mail::notify_failure},
                            {"-@far.example", "", 0}};
    held.release_at = 1'800'000'100;
    held.next_try = 1'800'000'200;
    held.claimed_at = 1'800'000'150;
    held.tries = 3;
    return held;
}

TEST(HeldMessageTest, ComesBackFromItsText) {
    const HeldMessage held = example();
    EXPECT_EQ(held.entry(), "submission/held/77");
    const auto back = HeldMessage::from_text(held.entry(), held.to_text());
    ASSERT_TRUE(back);
    EXPECT_EQ(back->to_text(), held.to_text());
    EXPECT_EQ(back->message, held.message);
    EXPECT_EQ(back->mail.sender, held.mail.sender);
    EXPECT_EQ(back->mail.id, held.mail.id);
    ASSERT_EQ(back->mail.recipients.size(), 2U);
    EXPECT_EQ(back->mail.recipients[0].original, "rfc822;ben@far.example");
    EXPECT_EQ(back->mail.recipients[1].address, "-@far.example");
    EXPECT_EQ(back->claimed_at, held.claimed_at);
    HeldMessage nobody = example();
    nobody.mail.sender.clear();
    EXPECT_EQ(HeldMessage::from_text(nobody.entry(), nobody.to_text())->mail.sender, "");
}

TEST(HeldMessageTest, DamageShows) {
    const std::string entry = example().entry();
    const std::string text = example().to_text();
    EXPECT_FALSE(HeldMessage::from_text("submission/held/", text));
    EXPECT_FALSE(HeldMessage::from_text("submission/held/7x", text));
    EXPECT_FALSE(HeldMessage::from_text(entry, ""));
    EXPECT_FALSE(HeldMessage::from_text(entry, "release 5"));
    for (const char* line : {"\nto a@b", "\nrelease x", "\nrelease -1", "\nfrom +", "\n\n"})
        EXPECT_FALSE(HeldMessage::from_text(entry, text + line)) << line;
    EXPECT_TRUE(HeldMessage::from_text(entry, text + "\nlater 5"));
    // Whatever is cut off, nothing falls over.
    for (std::size_t i = 0; i < text.size(); ++i) HeldMessage::from_text(entry, text.substr(0, i));
}

class HeldTest : public test::ProtocolFixture {
protected:
    LineClient& signed_in(const std::string& settings = "{ name: mx.example.org, hold: 1h, max_held: 2 }") {
        add_object<mail::RelayLines>("", host_line_);
        add_object<mail::AccountScan>("", scan_);
        add("delivery", delivery_, "domains: [example.org]");
        add("submission", submission_, settings);
        start();
        LineClient& client = connect("submission");
        client.take();
        client.say("EHLO client.example");
        EXPECT_THAT(client.say("AUTH PLAIN AGFubmEAc2VjcmV0"), StartsWith("235 2.7.0"));
        return client;
    }
    std::string submit(LineClient& client, const std::string& parameter,
                       const std::string& to = "ben@far.example") {
        const std::string begun = client.say("MAIL FROM:<anna@example.org> " + parameter);
        if (!begun.starts_with("250")) return begun;
        EXPECT_THAT(client.say("RCPT TO:<" + to + ">"), StartsWith("250 2.1.5"));
        EXPECT_THAT(client.say("DATA"), StartsWith("354"));
        return client.say(letter + ".");
    }
    void configure(HoldQueue& queue) {
        queue.configure(std::chrono::hours(1), 2, true);
        queue.set_services(&service_, &host_line_, &scan_);
    }
    /// What a server does that was started now.
    void look(HoldQueue& queue) {
        runtime_.run(queue.step());
        runtime_.settle();
    }
    void look() {
        HoldQueue fresh(host_);
        configure(fresh);
        look(fresh);
    }
    std::size_t held() {
        return runtime_.run(account("anna")->read_attributes(MailboxId{}, std::string(held_prefix)))->size();
    }
    void remove_from_scheduled() {
        const auto anna = account("anna");
        const auto mailbox = *runtime_.run(anna->open_mailbox(anna->find_mailbox(held_mailbox)->id));
        mail::ExpungeRequest removal;
        removal.force = true;
        EXPECT_TRUE(runtime_.run(mailbox->expunge(std::move(removal))));
    }

    FakeHost host_line_;
    mail::AccountScanImpl scan_{runtime_, store_};
    delivery::DeliveryPlugin delivery_{host_};
    SubmissionPlugin submission_{host_};
};

TEST_F(HeldTest, IsOfferedOnlyWhereAQueueIsEnabled) {
    LineClient& client = signed_in();
    EXPECT_THAT(client.say("EHLO x"), HasSubstr("FUTURERELEASE 3600 2027-01-15T09:00:00Z\r\n"));
    for (const char* wrong :
         {"HOLDFOR=0", "HOLDFOR=01", "HOLDFOR=", "HOLDFOR", "HOLDFOR=3601", "HOLDFOR=1 HOLDFOR=1",
          "HOLDFOR=9999999999", "HOLDUNTIL=2027-01-15T09:00:01Z", "HOLDUNTIL=2027-01-15T08:30:00+01:00",
          "HOLDUNTIL=2027-02-30T08:30:00Z", "HOLDUNTIL=x", "HOLDUNTIL=2027-01-15T08:30:00Z HOLDFOR=5",
          "HOLDUNTIL=2027-01-15T08:30:00.Z"}) {
        EXPECT_THAT(submit(client, wrong), StartsWith("501 5.5.4")) << wrong;
    }
    EXPECT_THAT(host_line_.said, IsEmpty());
}

TEST_F(HeldTest, IsUnknownOtherwise) {
    LineClient& client = signed_in("name: mx.example.org");
    EXPECT_THAT(client.say("EHLO x"), Not(HasSubstr("FUTURERELEASE")));
    EXPECT_THAT(submit(client, "HOLDFOR=60"), StartsWith("555 5.5.4"));
}

TEST_F(HeldTest, LeavesAtItsTimeAndIsThenInSent) {
    LineClient& client = signed_in();
    EXPECT_EQ(submit(client, "HOLDFOR=60"), "250 2.0.0 Held until 2027-01-15T08:01:00Z\r\n");
    EXPECT_THAT(host_line_.said, IsEmpty());
    EXPECT_EQ(contents("anna", held_mailbox).size(), 1U);
    clock_ += 59;
    look();
    EXPECT_THAT(host_line_.said, IsEmpty());
    clock_ += 1;
    look();
    EXPECT_THAT(host_line_.said, ElementsAre("MAIL anna@example.org", "RCPT ben@far.example"));
    EXPECT_THAT(contents("anna", held_mailbox), IsEmpty());
    EXPECT_EQ(contents("anna", "Sent"), host_line_.contents);
    EXPECT_THAT(host_line_.contents.at(0), ::testing::EndsWith(letter));
    EXPECT_EQ(held(), 0U);
    look();
    EXPECT_EQ(host_line_.contents.size(), 1U);
}

TEST_F(HeldTest, UntilATime) {
    LineClient& client = signed_in();
    EXPECT_EQ(submit(client, "HOLDUNTIL=2027-01-15T08:30:00.5Z"),
              "250 2.0.0 Held until 2027-01-15T08:30:00Z\r\n");
    clock_ += 1799;
    look();
    EXPECT_THAT(host_line_.contents, IsEmpty());
    clock_ += 1;
    look();
    EXPECT_EQ(host_line_.contents.size(), 1U);
}

TEST_F(HeldTest, OneOfSeveralServersSendsIt) {
    LineClient& client = signed_in();
    submit(client, "HOLDFOR=60");
    HoldQueue one(host_);
    HoldQueue other(host_);
    configure(one);
    configure(other);
    look(one);
    look(other);
    clock_ += 60;
    runtime_.run(one.step());
    runtime_.run(other.step());
    runtime_.settle();
    EXPECT_EQ(host_line_.contents.size(), 1U);
}

TEST_F(HeldTest, IsTriedAgain) {
    LineClient& client = signed_in();
    submit(client, "HOLDFOR=60");
    HoldQueue queue(host_);
    configure(queue);
    clock_ += 60;
    host_line_.on_sender = Error(Errc::unavailable, "away");
    look(queue);
    host_line_.on_sender = Reply{250, "", "Ok"};
    clock_ += 59;
    look(queue);
    EXPECT_THAT(host_line_.contents, IsEmpty());
    EXPECT_EQ(contents("anna", held_mailbox).size(), 1U);
    clock_ += 1;
    look(queue);
    EXPECT_EQ(host_line_.contents.size(), 1U);
    EXPECT_EQ(contents("anna", "Sent").size(), 1U);
}

TEST_F(HeldTest, IsGivenUpAfterDays) {
    LineClient& client = signed_in();
    submit(client, "HOLDFOR=60");
    host_line_.on_sender = Reply{451, "", "4.3.0 not now"};
    clock_ += 60 + 5 * 86400 + 1;
    look();
    EXPECT_EQ(held(), 0U);
    EXPECT_THAT(contents("anna"), ElementsAre(HasSubstr("4.3.0 not now")));
    EXPECT_EQ(contents("anna", "Drafts").size(), 1U);
}

TEST_F(HeldTest, WhatIsRefusedIsADraftAgain) {
    LineClient& client = signed_in();
    submit(client, "HOLDFOR=60", "nobody@far.example");
    clock_ += 60;
    look();
    EXPECT_THAT(contents("anna"), ElementsAre(HasSubstr("nobody@far.example: 5.1.1 Who?")));
    EXPECT_EQ(contents("anna", "Drafts").size(), 1U);
    EXPECT_THAT(contents("anna", "Sent"), IsEmpty());
    EXPECT_EQ(held(), 0U);
}

TEST_F(HeldTest, WhoTakesItOutCancelsIt) {
    LineClient& client = signed_in();
    submit(client, "HOLDFOR=60");
    remove_from_scheduled();
    clock_ += 60;
    look();
    EXPECT_THAT(host_line_.said, IsEmpty());
    EXPECT_EQ(held(), 0U);
}

TEST_F(HeldTest, ItsEntryGoneItOnlyLiesThere) {
    LineClient& client = signed_in();
    submit(client, "HOLDFOR=60");
    HoldQueue queue(host_);
    configure(queue);
    look(queue);
    const auto anna = account("anna");
    auto attributes = *runtime_.run(anna->read_attributes(MailboxId{}, std::string(held_prefix)));
    std::vector<store::AttributeWrite> writes{{attributes.at(0), true}};
    EXPECT_TRUE(runtime_.run(anna->write_attributes(writes, {})));
    clock_ += 60;
    look(queue);
    EXPECT_THAT(host_line_.said, IsEmpty());
    EXPECT_EQ(contents("anna", held_mailbox).size(), 1U);
}

TEST_F(HeldTest, WhatADeadServerWasSendingIsSentAgain) {
    LineClient& client = signed_in();
    submit(client, "HOLDFOR=60");
    clock_ += 60;
    const auto anna = account("anna");
    auto attributes = *runtime_.run(anna->read_attributes(MailboxId{}, std::string(held_prefix)));
    auto dead = *HeldMessage::from_text(attributes.at(0).entry, attributes.at(0).value);
    dead.claimed_at = clock_;
    attributes[0].value = dead.to_text();
    std::vector<store::AttributeWrite> writes{{attributes[0], false}};
    EXPECT_TRUE(runtime_.run(anna->write_attributes(writes, {})));
    const auto mailbox = *runtime_.run(anna->open_mailbox(anna->find_mailbox(held_mailbox)->id));
    mail::StoreFlagsRequest mark;
    mark.mode = mail::StoreFlagsRequest::Mode::add;
    mark.slots = {0};
    mark.keywords = {sending_keyword};
    EXPECT_TRUE(runtime_.run(mailbox->store_flags(std::move(mark))));
    look();
    EXPECT_THAT(host_line_.contents, IsEmpty());
    clock_ += 3600;
    look();
    EXPECT_EQ(host_line_.contents.size(), 1U);
}

TEST_F(HeldTest, HasALimitOfItsOwn) {
    LineClient& client = signed_in();
    submit(client, "HOLDFOR=60");
    submit(client, "HOLDFOR=60");
    EXPECT_THAT(submit(client, "HOLDFOR=60"), StartsWith("552 5.7.16"));
}

TEST_F(HeldTest, NothingIsPromisedThatIsNotStored) {
    LineClient& client = signed_in();
    guard_.kind = mail::GuardedOperation::Kind::deliver;
    EXPECT_THAT(submit(client, "HOLDFOR=60"), StartsWith("452 4.2.2"));
    EXPECT_EQ(held(), 0U);
    EXPECT_THAT(client.say("MAIL FROM:<anna@example.org> HOLDFOR=5"), StartsWith("250"));
    EXPECT_THAT(client.say("RCPT TO:<nodomain>"), StartsWith("501 5.1.3"));
}

}  // namespace
}  // namespace postern::submission
