// A database that goes away at any moment: what was acknowledged is there exactly once, what was refused is there at
// most once, and clients see the truth afterwards.
#include "kernel/mail/verify.hpp"
#include "tests/mail/support/client_model.hpp"
#include "tests/mail/support/fault_store.hpp"
#include "tests/mail/support/fixture.hpp"

namespace postern::mail::test {
namespace {

class FaultTest : public MailFixture {
protected:
    FaultTest() : node_(runtime_, faults_, log_, options(), {}), node_account_(open(node_)) {}

    MailOptions options() {
        MailOptions options;
        options.clock = [this] { return clock_; };
        options.snapshot_rows = 3;
        return options;
    }

    /// From now on, call number `n` (from 0) of the name `call` ("" is any) fails.
    void fail(unsigned n, std::string call, Fault how, unsigned times = 1) {
        calls_ = 0;
        faults_.plan = [this, n, call = std::move(call), how, times](std::string_view name) {
            if (!call.empty() && name != call) return Fault::none;
            const unsigned at = calls_++;
            return at >= n && at < n + times ? how : Fault::none;
        };
    }

    Result<DeliveryResult> try_deliver(unsigned number) {
        DeliveryRequest request;
        request.mailbox = node_account_->find_mailbox("INBOX")->id;
        NewMail mail;
        mail.content = std::make_shared<const std::string>(message_text(number));
        request.messages.push_back(std::move(mail));
        return runtime_.run(node_account_->deliver(std::move(request)));
    }

    void expect_sound() {
        auto session = must(store_->connect());
        EXPECT_EQ(must(verify_account(*session, id_)), std::vector<std::string>{});
    }

    FaultStore faults_{*store_};
    unsigned calls_ = 0;
    MailServiceImpl node_;
    std::shared_ptr<Account> node_account_;
};

TEST_F(FaultTest, DeliveryThatNeverReachedTheStoreIsRefused) {
    fail(0, "commit", Fault::before);
    const auto refused = try_deliver(1);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::temporary);
    EXPECT_TRUE(try_deliver(2));
    EXPECT_EQ(row("INBOX").total, 1U);
    expect_sound();
}

TEST_F(FaultTest, DeliveryWhoseAnswerWasLostIsFoundInTheLog) {
    deliver(*node_account_, "INBOX", 1);
    fail(0, "commit", Fault::after);
    const auto result = must(try_deliver(7));
    EXPECT_EQ(result.uids, std::vector<Uid>{2});
    EXPECT_EQ(result.modseq, node_account_->change_seq());
    const auto inbox = open_mailbox(*node_account_, "INBOX");
    EXPECT_EQ(inbox->columns().message[1], result.messages[0]);
    EXPECT_EQ(row("INBOX").total, 2U);
    expect_sound();
}

TEST_F(FaultTest, PrefetchedContentNeedsTheStoreNoMore) {
    const auto ids =
        deliver(*account_, "INBOX", 3).messages;  // elsewhere: this node has nothing of it in memory
    const auto messages = must(runtime_.run(node_account_->load_messages(ids)));
    runtime_.run(node_account_->prefetch_content({messages[0], messages[2]}));
    fail(0, "read_content", Fault::before, 9);
    const auto read = [&](std::size_t i) {
        return runtime_.run(node_account_->read_content(messages[i], 0, store::content_chunk_size));
    };
    EXPECT_EQ(must(read(0)), message_text(1));
    EXPECT_EQ(must(read(2)), message_text(3));
    EXPECT_FALSE(read(1));
}

TEST_F(FaultTest, PrefetchThatFailsLeavesContentToBeRead) {
    const auto ids = deliver(*account_, "INBOX", 1).messages;
    const auto messages = must(runtime_.run(node_account_->load_messages(ids)));
    fail(0, "read_first_chunks", Fault::before);
    runtime_.run(node_account_->prefetch_content(messages));
    EXPECT_EQ(must(runtime_.run(node_account_->read_content(messages[0], 0, store::content_chunk_size))),
              message_text(1));
}

TEST_F(FaultTest, OutcomeIsFoundAfterALongerOutage) {
    bool down = false;
    faults_.plan = [&](std::string_view call) {
        if (call == "commit" && !down) {
            down = true;
            calls_ = 0;
            return Fault::after;
        }
        return down && ++calls_ < 4 ? Fault::before : Fault::none;
    };
    EXPECT_EQ(must(try_deliver(3)).uids, std::vector<Uid>{1});
    expect_sound();
}

TEST_F(FaultTest, FlagsWhoseAnswerWasLostAreToldOnce) {
    deliver(*node_account_, "INBOX", 3);
    ClientModel client(open_mailbox(*node_account_, "INBOX"), false);
    fail(0, "commit", Fault::after);
    StoreFlagsRequest request;
    request.slots = {1};
    request.mode = StoreFlagsRequest::Mode::add;
    request.flags = flagged;
    const auto result = must(runtime_.run(client.mailbox().store_flags(request)));
    EXPECT_EQ(result.changed, std::vector<Slot>{1});
    client.sync(true);
    client.check_complete();
    EXPECT_EQ(client.mailbox().columns().flags[1], flagged);
    expect_sound();
}

TEST_F(FaultTest, MoveWhoseAnswerWasLostHappensOnce) {
    deliver(*node_account_, "INBOX", 3);
    const auto inbox = open_mailbox(*node_account_, "INBOX");
    fail(0, "commit", Fault::after);
    TransferRequest request;
    request.slots = {0, 2};
    request.destination = node_account_->find_mailbox("Archive")->id;
    request.move = true;
    const auto result = must(runtime_.run(inbox->transfer(request)));
    EXPECT_EQ(result.destination, (std::vector<Uid>{1, 2}));
    EXPECT_EQ(row("Archive").total, 2U);
    EXPECT_EQ(row("INBOX").total, 1U);
    expect_sound();
}

TEST_F(FaultTest, AnotherNodesWriteIsTakenInBeforeOnesOwn) {
    deliver(*node_account_, "INBOX", 2);
    ClientModel client(open_mailbox(*node_account_, "INBOX"), false);
    const auto other = open_mailbox(*account_, "INBOX");
    store_flags(*other, {0, 1}, StoreFlagsRequest::Mode::add, answered);
    StoreFlagsRequest request;
    request.slots = {0};
    request.mode = StoreFlagsRequest::Mode::add;
    request.flags = seen;
    request.silent_for = &client.view();
    const auto result = must(runtime_.run(client.mailbox().store_flags(request)));
    client.assume(request, result);
    EXPECT_EQ(client.mailbox().columns().flags[0], seen | answered);
    client.sync(false);
    client.check_complete();
    expect_sound();
}

TEST_F(FaultTest, NewsThatComeWhileTheLogIsReadAreNotForgotten) {
    auto& here = static_cast<AccountImpl&>(*node_account_);
    deliver(*account_, "INBOX", 1);
    const Modseq first = account_->change_seq();
    deliver(*account_, "INBOX", 1);
    bool read = false;
    faults_.after_read_changes = [&](std::vector<store::ChangeRow>& rows) {
        if (std::exchange(read, true)) return;
        // The second delivery is committed, and told, when this has been read and not yet been handed over.
        rows.pop_back();
        here.look(account_->change_seq());
    };
    here.look(first);
    runtime_.settle();
    EXPECT_TRUE(read);
    EXPECT_EQ(node_account_->change_seq(), account_->change_seq());
}

TEST_F(FaultTest, DeliveriesThatWaitGoIntoOneCommit) {
    unsigned commits = 0;
    faults_.plan = [&](std::string_view call) {
        commits += call == "commit";
        return Fault::none;
    };
    unsigned answered = 0;
    const auto one = [](Account& account, unsigned number, unsigned& count) -> Task<void> {
        DeliveryRequest request;
        request.mailbox = account.find_mailbox("INBOX")->id;
        NewMail mail;
        mail.content = std::make_shared<const std::string>(message_text(number));
        request.messages.push_back(std::move(mail));
        auto result = co_await account.deliver(std::move(request));
        EXPECT_TRUE(result);
        ++count;
    };
    for (unsigned i = 0; i < 20; ++i) {
        runtime_.spawn(runtime_.core(0), "delivery", one(*node_account_, i, answered));
    }
    runtime_.settle();
    EXPECT_EQ(answered, 20U);
    EXPECT_LE(commits, 3U);
    const auto inbox = open_mailbox(*node_account_, "INBOX");
    EXPECT_EQ(inbox->slot_count(), 20U);
    expect_sound();
}

/// Every call of a piece of work fails once, before and after.
class EveryCallFailsTest : public FaultTest,
                           public ::testing::WithParamInterface<std::tuple<unsigned, Fault>> {};

TEST_P(EveryCallFailsTest, AcknowledgedIsThereOnceAndRefusedAtMostOnce) {
    const auto [number, how] = GetParam();
    deliver(*node_account_, "INBOX", 6);
    fail(number, "", how);
    unsigned acknowledged = 6;
    unsigned refused = 0;
    std::unique_ptr<ClientModel> client;
    for (unsigned attempt = 0; attempt < 3 && !client; ++attempt) {
        const auto id = node_account_->find_mailbox("INBOX")->id;
        auto opened = runtime_.run(node_account_->open_mailbox(id));
        if (opened) client = std::make_unique<ClientModel>(*opened, false);
    }
    ASSERT_TRUE(client);
    const auto count = [&](bool done) { ++(done ? acknowledged : refused); };
    count(bool(try_deliver(100)));
    StoreFlagsRequest flags;
    flags.slots = {0, 1, 2};
    flags.flags = flagged;
    flags.mode = StoreFlagsRequest::Mode::add;
    const bool flags_stored = bool(runtime_.run(client->mailbox().store_flags(flags)));
    count(bool(try_deliver(101)));
    ExpungeRequest gone;
    gone.slots = std::vector<Slot>{3};
    gone.force = true;
    const auto expunged = runtime_.run(client->mailbox().expunge(gone));
    TransferRequest move;
    move.slots = {4};
    move.destination = node_account_->find_mailbox("Archive")->id;
    move.move = true;
    const auto moved = runtime_.run(client->mailbox().transfer(move));
    faults_.plan = [](std::string_view) { return Fault::none; };

    must(runtime_.run(static_cast<AccountImpl&>(*node_account_).refresh()));
    runtime_.settle();
    client->sync(true);
    client->check_numbers();
    client->check_complete();
    const auto total = row("INBOX").total + row("Archive").total + (expunged ? 1U : 0U);
    EXPECT_GE(total, acknowledged);
    EXPECT_LE(total, acknowledged + refused);
    if (flags_stored) {
        EXPECT_EQ(client->mailbox().columns().flags[0], flagged);
    }
    if (moved) {
        EXPECT_EQ(row("Archive").total, 1U);
    }
    expect_sound();
}

INSTANTIATE_TEST_SUITE_P(Calls, EveryCallFailsTest,
                         ::testing::Combine(::testing::Range(0U, 16U),
                                            ::testing::Values(Fault::before, Fault::after)));

}  // namespace
}  // namespace postern::mail::test
