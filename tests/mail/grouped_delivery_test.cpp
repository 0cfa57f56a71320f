// Deliveries into several mailboxes in one transaction.
#include "kernel/mail/grouped_delivery.hpp"

#include "tests/mail/support/fixture.hpp"

namespace postern::mail::test {
namespace {

/// So many messages have room.
class Room final : public StoreGuard {
public:
    int order() const override { return 0; }
    Result<void> check(const GuardedOperation& operation) override {
        const std::uint64_t used = operation.account->used_count() + operation.pending_messages;
        if (used + operation.added_messages > messages) return Error(Errc::over_quota, "full");
        return {};
    }
    bool depends_on_state(const GuardedOperation&) override { return narrow; }
    std::uint64_t messages = 1000;
    bool narrow = false;
};

class GroupedDeliveryTest : public MailFixture {
protected:
    GroupedDeliveryTest() : guarded_(runtime_, *store_, log_, {}, {&room_}), mine_(open(guarded_)) {}

    DeliveryRequest into(std::string_view mailbox, std::shared_ptr<const std::string> content,
                         FlagBits flags = 0) {
        DeliveryRequest request;
        request.mailbox = mine_->find_mailbox(mailbox)->id;
        NewMail mail;
        mail.content = std::move(content);
        mail.flags = flags;
        request.messages.push_back(std::move(mail));
        return request;
    }
    Result<std::vector<DeliveryResult>> deliver_together(std::vector<DeliveryRequest> requests) {
        return runtime_.run(deliveries_.deliver_together(id_, std::move(requests)));
    }
    std::uint32_t total(std::string_view mailbox) { return row(mailbox).total; }

    Room room_;
    MailServiceImpl guarded_;
    std::shared_ptr<Account> mine_;
    GroupedDeliveryImpl deliveries_{guarded_};
    const std::shared_ptr<const std::string> letter_ = std::make_shared<const std::string>(message_text(1));
};

TEST_F(GroupedDeliveryTest, OneContentIsOneMessageInSeveralMailboxes) {
    const Modseq before = mine_->change_seq();
    const auto done = must(deliver_together({into("Archive", letter_, seen), into("INBOX", letter_)}));
    ASSERT_EQ(done.size(), 2U);
    EXPECT_EQ(done[0].messages, done[1].messages);
    EXPECT_EQ(done[0].modseq, before + 1);
    EXPECT_EQ(done[1].modseq, before + 2);
    EXPECT_EQ(done[0].uidvalidity, mine_->find_mailbox("Archive")->uidvalidity);
    const auto archive = open_mailbox(*mine_, "Archive");
    const auto inbox = open_mailbox(*mine_, "INBOX");
    EXPECT_EQ(archive->columns().flags[0], seen);
    EXPECT_EQ(inbox->columns().flags[0], 0);
    EXPECT_EQ(mine_->used_count(), 2U);
    // The message lives as long as one of its placements does.
    expunge(*archive, {0});
    EXPECT_TRUE(must(runtime_.run(mine_->list_recoverable(10))).empty());
    MailServiceImpl other(runtime_, *store_, log_, {}, {});  // nothing cached
    const auto afresh = open(other);
    EXPECT_EQ(content(*afresh, *open_mailbox(*afresh, "INBOX"), 0), *letter_);
    expunge(*inbox, {0});
    EXPECT_EQ(must(runtime_.run(mine_->list_recoverable(10))).size(), 1U);
}

TEST_F(GroupedDeliveryTest, DifferentContentsAreDifferentMessages) {
    const auto other = std::make_shared<const std::string>(message_text(2));
    const auto done =
        must(deliver_together({into("Archive", letter_), into("INBOX", other), into("Sent", letter_)}));
    EXPECT_NE(done[0].messages, done[1].messages);
    EXPECT_EQ(done[0].messages, done[2].messages);
    EXPECT_EQ(content(*mine_, *open_mailbox(*mine_, "INBOX"), 0), *other);
    EXPECT_EQ(content(*mine_, *open_mailbox(*mine_, "Sent"), 0), *letter_);
}

TEST_F(GroupedDeliveryTest, AllOrNothing) {
    auto lost = into("INBOX", letter_);
    lost.mailbox = MailboxId{999};
    EXPECT_EQ(deliver_together({into("Archive", letter_), lost}).error().code, Errc::not_found);
    for (const bool narrow : {false, true}) {
        // Each has room, both have not.
        room_.narrow = narrow;
        room_.messages = 1;
        EXPECT_EQ(deliver_together({into("Archive", letter_), into("INBOX", letter_)}).error().code,
                  Errc::over_quota);
        EXPECT_EQ(total("Archive") + total("INBOX"), 0U);
        room_.messages = 2;
        EXPECT_TRUE(deliver_together({into("Drafts", letter_), into("Sent", letter_)}));
        const auto drafts = open_mailbox(*mine_, "Drafts");
        const auto sent = open_mailbox(*mine_, "Sent");
        EXPECT_EQ(expunge(*drafts, {drafts->find(narrow ? 2 : 1)}).uids.size(), 1U);
        EXPECT_EQ(expunge(*sent, {sent->find(narrow ? 2 : 1)}).uids.size(), 1U);
    }
    EXPECT_EQ(deliver_together({}).error().code, Errc::invalid);
}

TEST_F(GroupedDeliveryTest, AMessageMovesIntoTwoMailboxes) {
    must(deliver_together({into("INBOX", letter_)}));
    const auto inbox = open_mailbox(*mine_, "INBOX");
    const MessageId message = inbox->columns().message[0];
    auto first = into("Archive", nullptr);
    first.messages.front().existing = message;
    auto second = into("Sent", nullptr, flagged);
    second.messages.front().existing = message;
    second.replaced_in = inbox;
    second.replaced = {0};
    auto both = second;
    const auto done = must(deliver_together({first, second}));
    EXPECT_EQ(done[1].expunge_modseq, mine_->change_seq());
    EXPECT_EQ(done[1].messages, std::vector<MessageId>{message});
    EXPECT_EQ(total("INBOX"), 0U);
    EXPECT_EQ(total("Archive"), 1U);
    EXPECT_EQ(open_mailbox(*mine_, "Sent")->columns().flags[0], flagged);
    EXPECT_TRUE(must(runtime_.run(mine_->list_recoverable(10))).empty());
    // It is gone from there: nothing is placed again.
    EXPECT_EQ(deliver_together({first, second}).error().code, Errc::not_found);
    EXPECT_EQ(total("Archive"), 1U);
    EXPECT_EQ(deliver_together({both, second}).error().code, Errc::invalid);
}

}  // namespace
}  // namespace postern::mail::test
