// Random interleavings of several sessions on two nodes: whatever happens, each client's picture, built from what its
// view told it, is right; and everybody who looks afresh sees the same.
#include <random>

#include "tests/mail/support/client_model.hpp"
#include "tests/mail/support/fixture.hpp"

namespace postern::mail::test {
namespace {

class InterleavingTest : public MailFixture, public ::testing::WithParamInterface<unsigned> {
protected:
    static constexpr std::size_t nodes = 2;

    struct Node {
        std::unique_ptr<MailServiceImpl> service;
        std::shared_ptr<Account> account;
        std::vector<std::unique_ptr<ClientModel>> clients;
    };

    InterleavingTest() : random_(GetParam()) {
        for (auto& node : nodes_) start(node);
    }

    unsigned pick(std::size_t below) { return static_cast<unsigned>(random_() % below); }

    void start(Node& node) {
        MailOptions options;
        options.clock = [this] { return clock_; };
        // Short enough for snapshots, pruning and lost rows to happen all the time.
        options.snapshot_rows = GetParam() % 3 == 0 ? 5 : 256;
        options.least_forgotten = GetParam() % 3 == 1 ? 1 : 4;
        options.log_rows = GetParam() % 2 == 0 ? 3 : 4096;
        node.service =
            std::make_unique<MailServiceImpl>(runtime_, *store_, log_, options, std::vector<StoreGuard*>{});
        // Some runs learn of the other node's writes by conflicts and looks alone.
        if (GetParam() % 4 != 1) must(node.service->start());
        node.account = open(*node.service);
    }

    void restart(Node& node) {
        node.clients.clear();
        node.account.reset();
        runtime_.settle();
        stopped_.push_back(std::move(node.service));
        start(node);
    }

    const char* mailbox_name() { return pick(4) == 0 ? "Archive" : "INBOX"; }

    std::vector<Slot> some_slots(ClientModel& client) {
        std::vector<Slot> slots;
        const unsigned share = pick(4) + 1;
        for (Slot slot = client.view().lower_bound(1); slot != no_slot; slot = client.view().next(slot)) {
            if (pick(share) == 0) slots.push_back(slot);
        }
        return slots;
    }

    void flag(ClientModel& client) {
        static const std::vector<std::string> keywords{"$Work", "$Junk", "Later", "work"};
        StoreFlagsRequest request;
        request.slots = some_slots(client);
        request.mode = static_cast<Mode>(pick(3));
        request.flags = static_cast<FlagBits>(pick(32));
        if (pick(3) == 0) request.keywords = {keywords[pick(3)]};
        const bool silent = pick(2) == 0;
        if (silent) request.silent_for = &client.view();
        const auto result = must(runtime_.run(client.mailbox().store_flags(request)));
        if (silent) client.assume(request, result);
    }

    void transfer(Node& node, ClientModel& client) {
        TransferRequest request;
        request.slots = some_slots(client);
        request.destination = node.account->find_mailbox(mailbox_name())->id;
        request.move = pick(2) == 0;
        const auto result = must(runtime_.run(client.mailbox().transfer(request)));
        EXPECT_EQ(result.source.size(), result.destination.size());
    }

    void act(Node& node) {
        if (node.clients.empty() || pick(12) == 0) {
            const auto mailbox = open_mailbox(*node.account, mailbox_name());
            node.clients.push_back(std::make_unique<ClientModel>(mailbox, pick(4) == 0));
            return;
        }
        ClientModel& client = *node.clients[pick(node.clients.size())];
        switch (pick(14)) {
            case 0:
            case 1:
                deliver(*node.account, mailbox_name(), pick(3) + 1, static_cast<FlagBits>(pick(32)));
                break;
            case 2:
            case 3:
            case 4:
                flag(client);
                break;
            case 5:
                expunge(client.mailbox(), some_slots(client));
                break;
            case 6:
                transfer(node, client);
                break;
            case 7:
            case 8:
                client.sync(false);
                break;
            case 9:
            case 10:
                client.sync(true);
                break;
            case 11:
                runtime_.settle();
                break;
            case 12:
                if (node.clients.size() > 2)
                    node.clients.erase(node.clients.begin() + pick(node.clients.size()));
                break;
            case 13:
                if (pick(20) == 0) restart(node);
                break;
        }
    }

    void check_all_agree() {
        for (auto& node : nodes_) must(runtime_.run(refresh(*node.account)));
        runtime_.settle();
        MailServiceImpl fresh(runtime_, *store_, log_, {}, {});
        const auto account = open(fresh);
        for (auto& node : nodes_) {
            for (auto& client : node.clients) {
                client->sync(true);
                client->check_numbers();
                client->check_complete();
                const auto mailbox = open_mailbox(*account, client->mailbox().info().name);
                expect_same(*mailbox, client->mailbox());
            }
        }
    }

    static Task<Result<void>> refresh(Account& account) {
        return static_cast<AccountImpl&>(account).refresh();
    }

    void expect_same(const Mailbox& a, const Mailbox& b) {
        EXPECT_EQ(a.info().total, b.info().total);
        EXPECT_EQ(a.info().unseen, b.info().unseen);
        EXPECT_EQ(a.info().deleted, b.info().deleted);
        EXPECT_EQ(a.info().bytes, b.info().bytes);
        EXPECT_EQ(a.info().uidnext, b.info().uidnext);
        EXPECT_EQ(a.info().highest_modseq, b.info().highest_modseq);
        std::uint32_t total = 0;
        for (Slot slot = 0; slot < a.slot_count(); ++slot) {
            if (!a.columns().is_alive(slot)) continue;
            ++total;
            const Slot other = b.find(a.columns().uid[slot]);
            ASSERT_NE(other, no_slot);
            EXPECT_EQ(flags_of(a, slot), flags_of(b, other));
            EXPECT_EQ(a.columns().message[slot], b.columns().message[other]);
            EXPECT_EQ(a.columns().size[slot], b.columns().size[other]);
            EXPECT_EQ(a.columns().internal_date[slot], b.columns().internal_date[other]);
            EXPECT_EQ(a.columns().modseq[slot], b.columns().modseq[other]);
        }
        EXPECT_EQ(total, b.info().total);
    }

    using Mode = StoreFlagsRequest::Mode;
    std::mt19937 random_;
    std::vector<std::unique_ptr<MailServiceImpl>> stopped_;
    std::array<Node, nodes> nodes_;
};

TEST_P(InterleavingTest, EveryClientSeesTheTruth) {
    for (unsigned step = 0; step < 400 && !HasFatalFailure(); ++step) {
        SCOPED_TRACE("step " + std::to_string(step));
        ++clock_;
        act(nodes_[pick(nodes)]);
        for (auto& node : nodes_) {
            // The end of a hold is when a mailbox may forget what is expunged.
            if (!node.clients.empty()) const SlotHold hold(node.clients[pick(node.clients.size())]->shared());
        }
        for (auto& node : nodes_) {
            for (auto& client : node.clients) client->check_numbers();
        }
        if (step % 40 == 39) check_all_agree();
        if (HasFailure()) break;
    }
}

INSTANTIATE_TEST_SUITE_P(Seeds, InterleavingTest, ::testing::Range(0U, 24U));

}  // namespace
}  // namespace postern::mail::test
