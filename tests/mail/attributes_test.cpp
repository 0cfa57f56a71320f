// Attributes of an account's state, and what guards are asked.
#include "tests/mail/support/fixture.hpp"

namespace postern::mail::test {
namespace {

class AttributesTest : public MailFixture {
protected:
    void write(Account& account, MailboxId mailbox, std::string entry, std::optional<std::string> value) {
        std::vector<store::AttributeWrite> writes(1);
        writes[0].attribute = {mailbox, std::move(entry), value.value_or("")};
        writes[0].remove = !value;
        must(runtime_.run(account.write_attributes(std::move(writes), {"test", "WRITE", "anna", 7})));
    }
    static std::string value(const Account& account, MailboxId mailbox, std::string_view entry) {
        const std::string* found = account.find_attribute(mailbox, entry);
        return found ? *found : "none";
    }
};

TEST_F(AttributesTest, ResidentOnesAreInMemoryOnEveryNode) {
    MailServiceImpl other(runtime_, *store_, log_, {}, {});
    const auto elsewhere = open(other);
    const MailboxId inbox = account_->find_mailbox("INBOX")->id;
    write(*account_, {}, ".limit", "5");
    write(*account_, inbox, ".rights", std::string("anna\0lr", 7));
    write(*account_, inbox, "/shared/comment", "not resident");
    EXPECT_EQ(value(*account_, {}, ".limit"), "5");
    EXPECT_EQ(value(*account_, inbox, ".rights"), std::string("anna\0lr", 7));
    EXPECT_EQ(value(*account_, inbox, "/shared/comment"), "none");
    // The other node learns when it reads the log.
    deliver(*elsewhere, "INBOX", 1);
    EXPECT_EQ(value(*elsewhere, {}, ".limit"), "5");
    EXPECT_EQ(value(*elsewhere, inbox, ".rights"), std::string("anna\0lr", 7));
    // One that starts later reads them.
    MailServiceImpl later(runtime_, *store_, log_, {}, {});
    EXPECT_EQ(value(*open(later), {}, ".limit"), "5");
    write(*account_, {}, ".limit", std::nullopt);
    EXPECT_EQ(value(*account_, {}, ".limit"), "none");
}

TEST_F(AttributesTest, GoWithTheirMailbox) {
    must(runtime_.run(account_->create_mailbox("Work", {})));
    const MailboxId work = account_->find_mailbox("Work")->id;
    write(*account_, work, ".rights", "x");
    must(runtime_.run(account_->rename_mailbox("Work", "Play", {})));
    EXPECT_EQ(value(*account_, account_->find_mailbox("Play")->id, ".rights"), "x");
    must(runtime_.run(account_->delete_mailbox("Play", {})));
    EXPECT_EQ(value(*account_, work, ".rights"), "none");
}

TEST_F(AttributesTest, WhoeverWatchesIsTold) {
    std::string told;
    const auto watch = account_->watch([&](const AccountEvent& event) {
        if (event.kind != AccountEvent::Kind::attribute) return;
        const MailboxInfo* mailbox = account_->find_mailbox(event.mailbox);
        told +=
            std::to_string(event.session) + " " + (mailbox ? mailbox->name : "-") + " " + event.name + ";";
    });
    write(*account_, account_->find_mailbox("Sent")->id, "/shared/comment", "x");
    write(*account_, {}, "/private/comment", std::nullopt);
    EXPECT_EQ(told, "7 Sent /shared/comment;7 - /private/comment;");
    // What the server keeps for itself is nobody's business, and takes no modseq.
    const Modseq before = account_->change_seq();
    write(*account_, {}, "/index/block", "large");
    EXPECT_EQ(told, "7 Sent /shared/comment;7 - /private/comment;");
    EXPECT_EQ(account_->change_seq(), before);
    EXPECT_TRUE(must(runtime_.run(account_->read_attributes(MailboxId{}, "/"))).empty());
    EXPECT_EQ(must(runtime_.run(account_->read_attributes(MailboxId{}, "/index/"))).size(), 1U);
}

/// Lets through what fits, as a quota would.
class Limit final : public StoreGuard {
public:
    int order() const override { return 0; }
    Result<void> check(const GuardedOperation& operation) override {
        asked.push_back(operation);
        if (operation.flag_rights) {
            operation.flag_rights->flags &= static_cast<FlagBits>(~forbidden);
            operation.flag_rights->keywords = operation.flag_rights->keywords && keywords;
        }
        const std::uint64_t used = operation.account->used_count() + operation.pending_messages;
        if (operation.added_messages > 0 && used + operation.added_messages > messages)
            return Error(Errc::over_quota, "too many messages");
        return {};
    }
    bool depends_on_state(const GuardedOperation&) override { return narrow; }
    bool counts_attributes(const Account&) override { return true; }

    std::uint64_t messages = 1000;
    bool narrow = false;
    FlagBits forbidden = 0;
    bool keywords = true;
    std::vector<GuardedOperation> asked;
};

class GuardTest : public AttributesTest {
protected:
    GuardTest() : guarded_(runtime_, *store_, log_, {}, {&limit_}), mine_(open(guarded_)) {}

    Task<Result<DeliveryResult>> delivery(unsigned messages, FlagBits flags = 0) {
        DeliveryRequest request;
        request.mailbox = mine_->find_mailbox("INBOX")->id;
        for (unsigned i = 0; i < messages; ++i) {
            NewMail mail;
            mail.content = std::make_shared<const std::string>(message_text(next_message_++));
            mail.flags = flags;
            if (flags != 0) mail.keywords.emplace_back("work");
            request.messages.push_back(std::move(mail));
        }
        return mine_->deliver(std::move(request));
    }
    /// How many of `count` deliveries of one message each that start together are taken.
    int deliver_together(int count) {
        int taken = 0;
        for (int i = 0; i < count; ++i)
            runtime_.spawn(runtime_.core(0), "delivery", take(delivery(1), &taken));
        runtime_.settle();
        return taken;
    }
    static Task<void> take(Task<Result<DeliveryResult>> delivery, int* taken) {
        auto result = co_await std::move(delivery);
        if (result) ++*taken;
    }

    Limit limit_;
    MailServiceImpl guarded_;
    std::shared_ptr<Account> mine_;
};

TEST_F(GuardTest, DeliveriesThatComeTogetherPassNoLimit) {
    limit_.messages = 3;
    EXPECT_EQ(deliver_together(8), 3);
    EXPECT_EQ(mine_->used_count(), 3U);
    limit_.messages = 5;
    limit_.narrow = true;
    EXPECT_EQ(deliver_together(8), 2);
    EXPECT_EQ(mine_->used_count(), 5U);
    EXPECT_EQ(runtime_.run(delivery(1)).error().code, Errc::over_quota);
}

TEST_F(GuardTest, ANarrowDeliveryCountsWhatOtherNodesStored) {
    limit_.messages = 4;
    limit_.narrow = true;
    // The guarded node has not heard of these when it is asked first.
    deliver(*account_, "INBOX", 3);
    EXPECT_EQ(runtime_.run(delivery(2)).error().code, Errc::over_quota);
    EXPECT_TRUE(runtime_.run(delivery(1)));
    EXPECT_EQ(mine_->used_count(), 4U);
}

TEST_F(GuardTest, HearsWhatIsGained) {
    must(runtime_.run(delivery(3)));
    const auto inbox = open_mailbox(*mine_, "INBOX");
    TransferRequest copy;
    copy.slots = {0, 1};
    copy.destination = mine_->find_mailbox("Sent")->id;
    must(runtime_.run(inbox->transfer(copy)));
    EXPECT_EQ(limit_.asked.back().added_messages, 2U);
    EXPECT_GT(limit_.asked.back().bytes, 0U);
    copy.move = true;
    must(runtime_.run(inbox->transfer(copy)));
    EXPECT_TRUE(limit_.asked.back().move);
    EXPECT_EQ(limit_.asked.back().messages, 2U);
    EXPECT_EQ(limit_.asked.back().added_messages, 0U);
    EXPECT_EQ(limit_.asked.back().bytes, 0U);
    must(runtime_.run(mine_->create_mailbox("a/b/c", {})));
    EXPECT_EQ(limit_.asked.back().added_mailboxes, 3U);
    must(runtime_.run(mine_->rename_mailbox("a/b/c", "d/e", {})));
    EXPECT_EQ(limit_.asked.back().added_mailboxes, 1U);
}

TEST_F(GuardTest, HearsHowLargeAttributesBecome) {
    write(*mine_, {}, "/private/comment", "12345");
    const std::uint64_t first = limit_.asked.back().attribute_bytes;
    EXPECT_EQ(first, std::string("/private/comment12345").size());
    EXPECT_EQ(limit_.asked.back().attribute_bytes_before, 0U);
    write(*mine_, mine_->find_mailbox("INBOX")->id, "/shared/x", "12");
    EXPECT_EQ(limit_.asked.back().attribute_bytes, first + 11);
    write(*mine_, {}, ".resident", "12345678");
    EXPECT_EQ(limit_.asked.back().attribute_bytes, first + 11);
    write(*mine_, {}, "/private/comment", std::nullopt);
    EXPECT_EQ(limit_.asked.back().attribute_bytes, 11U);
    EXPECT_EQ(limit_.asked.back().attribute_bytes_before, first + 11);
    const std::size_t asked = limit_.asked.size();
    write(*mine_, {}, "/index/block", "12345678");
    EXPECT_EQ(limit_.asked.size(), asked);
}

TEST_F(GuardTest, FlagsThatMayNotBeSetAreNot) {
    limit_.forbidden = deleted;
    must(runtime_.run(delivery(1, deleted | seen)));
    const auto inbox = open_mailbox(*mine_, "INBOX");
    EXPECT_EQ(inbox->columns().flags[0], seen);
    EXPECT_NE(inbox->columns().keywords[0], 0U);
    EXPECT_EQ(mine_->find_mailbox("INBOX")->deleted, 0U);
    limit_.forbidden = seen;
    limit_.keywords = false;
    store_flags(*inbox, {0}, StoreFlagsRequest::Mode::replace, deleted, {});
    EXPECT_EQ(inbox->columns().flags[0], deleted | seen);
    EXPECT_NE(inbox->columns().keywords[0], 0U);
    store_flags(*inbox, {0}, StoreFlagsRequest::Mode::remove, deleted | seen, {"work"});
    EXPECT_EQ(inbox->columns().flags[0], seen);
    TransferRequest copy;
    copy.slots = {0};
    copy.destination = mine_->find_mailbox("Sent")->id;
    must(runtime_.run(inbox->transfer(copy)));
    const auto sent = open_mailbox(*mine_, "Sent");
    EXPECT_EQ(sent->columns().flags[0], 0);
    EXPECT_EQ(sent->columns().keywords[0], 0U);
    EXPECT_EQ(mine_->find_mailbox("Sent")->unseen, 1U);
}

TEST_F(AttributesTest, AnAccountIsOpenOnAForeignCoreAsOnAnotherNode) {
    // One core here: both names mean the same account.
    const auto here = must(runtime_.run(service_.open_here(id_)));
    EXPECT_EQ(here.get(), account_.get());
}

}  // namespace
}  // namespace postern::mail::test
