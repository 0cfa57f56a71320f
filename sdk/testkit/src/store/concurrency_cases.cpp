// Order under concurrent writers: UIDs ascend in commit order, and a modseq is visible only after all smaller ones.
#include <atomic>
#include <thread>

#include "store/store_case.hpp"

namespace postern::testkit {

using namespace store;

namespace {

constexpr AccountId account = StoreCase::account;
constexpr MailboxId inbox = StoreCase::inbox;
constexpr MailboxId other{12};
constexpr unsigned writers = 6;
constexpr unsigned rounds = 60;

/// A small generator of its own for each thread, so that failures repeat.
class Dice {
public:
    explicit Dice(std::uint32_t seed) : state_(seed * 2'654'435'761u + 1) {}
    std::uint32_t roll(std::uint32_t sides) {
        state_ ^= state_ << 13;
        state_ ^= state_ >> 17;
        state_ ^= state_ << 5;
        return state_ % sides;
    }

private:
    std::uint32_t state_;
};

/// Runs each body in a thread and rethrows the first exception.
void run_together(std::vector<std::function<void()>> bodies) {
    std::vector<std::exception_ptr> failures(bodies.size());
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < bodies.size(); ++i) {
        threads.emplace_back([&failures, &bodies, i] {
            try {
                bodies[i]();
            } catch (...) {
                failures[i] = std::current_exception();
            }
        });
    }
    for (auto& thread : threads) thread.join();
    for (const auto& failure : failures) {
        if (failure) std::rethrow_exception(failure);
    }
}

/// The row's data says how many UIDs it took.
Change append(MailboxId mailbox, std::uint32_t count) {
    const auto total = static_cast<std::int64_t>(count);
    return Change(account).change(mailbox, std::string(count, 'u'), count, {total, 0, 0, total});
}

/// Follows the log from the start until it stands at `end()` and checks each row against the one before.
void follow(StoreSession& session, const std::atomic<bool>& done) {
    Modseq seen = 0;
    std::map<MailboxId, Uid> next{{inbox, 1}, {other, 1}};
    for (;;) {
        const bool last_round = done.load();
        const auto rows = must(session.read_changes(account, seen, 1'000));
        for (const auto& row : rows) {
            ASSERT_EQ(row.modseq, seen + 1) << "a gap in the log";
            seen = row.modseq;
            if (row.first_uid == 0) continue;
            ASSERT_EQ(row.first_uid, next[row.mailbox]) << "UIDs do not follow the order of commits";
            next[row.mailbox] += static_cast<Uid>(row.data.size());
        }
        const auto load = must(session.load_mailbox(account, inbox));
        ASSERT_GE(load.change_seq, seen);
        Uid expected = 1;
        Modseq highest = 0;
        for (const auto& row : load.tail) {
            highest = row.modseq;
            if (row.first_uid != 0) expected += static_cast<Uid>(row.data.size());
        }
        ASSERT_EQ(load.mailbox.uidnext, expected) << "the row and the log are of different moments";
        ASSERT_EQ(load.mailbox.highest_modseq, highest);
        ASSERT_EQ(load.mailbox.total + 1, expected);
        if (last_round) break;
    }
    EXPECT_EQ(seen, must(session.get_account(account)).change_seq);
}

/// Commits batches of one to four appends to either mailbox and checks what it is told.
void write_batches(StoreSession& session, std::uint32_t seed) {
    Dice dice(seed);
    Modseq last = 0;
    for (unsigned round = 0; round < rounds; ++round) {
        std::vector<Transaction> batch;
        for (std::uint32_t i = 0, count = 1 + dice.roll(4); i < count; ++i) {
            auto one = append(dice.roll(2) == 0 ? inbox : other, 1 + dice.roll(3));
            if (dice.roll(4) == 0) one.change(inbox, "");
            if (dice.roll(8) == 0) one.change(MailboxId{999}, "fails");
            one.value.durable = dice.roll(2) == 0;
            batch.push_back(std::move(one.value));
        }
        const auto results = session.commit(batch);
        ASSERT_EQ(results.size(), batch.size());
        for (std::size_t i = 0; i < results.size(); ++i) {
            if (batch[i].changes.back().mailbox == MailboxId{999}) {
                expect_error(results[i], Errc::not_found);
                continue;
            }
            const auto result = must(results[i]);
            ASSERT_GT(result.first_modseq, last);
            ASSERT_EQ(result.last_modseq - result.first_modseq + 1, batch[i].changes.size());
            last = result.last_modseq;
        }
    }
}

/// The writers on sessions of `stores`, in turn, with a reader beside them.
void race(StoreCase& test, const std::vector<Store*>& stores) {
    test.add_inbox();
    must(test.commit(Change(account).create(other, "Other", 101)));
    std::atomic<bool> done = false;
    std::atomic<unsigned> running = writers;
    std::vector<std::function<void()>> bodies;
    for (unsigned i = 0; i < writers; ++i) {
        bodies.push_back([&, i] {
            try {
                const auto session = must(stores[i % stores.size()]->connect());
                write_batches(*session, i + 1);
            } catch (...) {
                done = true;
                throw;
            }
            if (--running == 0) done = true;
        });
    }
    for (Store* store : stores) {
        bodies.push_back([&done, store] {
            const auto session = must(store->connect());
            follow(*session, done);
        });
    }
    run_together(std::move(bodies));
    const auto view = must(test.session().load_account(account));
    std::uint64_t total = 0;
    for (const auto& row : view.mailboxes) {
        EXPECT_EQ(row.uidnext, row.total + 1);
        total += row.total;
    }
    EXPECT_EQ(view.account.used_count, total);
    EXPECT_GT(total, 0u);
}

void order_holds_under_concurrent_writers(StoreCase& test) {
    race(test, {&test.store()});
}

void order_holds_between_nodes(StoreCase& test) {
    if (!test.store().capabilities().shared) return;  // then no second node may open it
    const auto second = must(test.harness().open());
    race(test, {&test.store(), second.get()});
    second->close();
}

/// Every writer knows the state it changes: each success raises the counter by exactly one.
void expected_seq_lets_one_writer_win(StoreCase& test) {
    test.add_inbox();
    std::atomic<unsigned> won = 0;
    std::vector<std::function<void()>> bodies;
    for (unsigned i = 0; i < writers; ++i) {
        bodies.push_back([&] {
            const auto session = test.connect();
            for (unsigned done = 0; done < 25;) {
                const auto seq = must(session->get_account(account)).change_seq;
                const auto result = StoreCase::commit_on(*session, append(inbox, 1).expect(seq));
                if (result) {
                    ASSERT_EQ(result->last_modseq, seq + 1);
                    ++done;
                    ++won;
                } else {
                    ASSERT_EQ(result.error().code, Errc::conflict) << result.error().to_string();
                }
            }
        });
    }
    run_together(std::move(bodies));
    EXPECT_EQ(test.row().change_seq, 1u + won);
    EXPECT_EQ(test.mailbox().total, won);
}

/// Batches that name the accounts in different orders neither block each other for ever nor lose a row.
void batches_over_many_accounts_do_not_deadlock(StoreCase& test) {
    constexpr std::uint64_t accounts = 5;
    for (std::uint64_t i = 1; i <= accounts; ++i) {
        test.add_inbox(AccountId{i}, "user" + std::to_string(i));
    }
    std::vector<std::function<void()>> bodies;
    for (unsigned writer = 0; writer < writers; ++writer) {
        bodies.push_back([&test, writer] {
            const auto session = test.connect();
            Dice dice(writer + 1);
            for (int round = 0; round < 20; ++round) {
                std::vector<Transaction> batch;
                for (int i = 0; i < 8; ++i) {
                    auto one = Change(AccountId{1 + dice.roll(accounts)}).change(inbox, "x", 1, {1, 0, 0, 1});
                    batch.push_back(std::move(one.value));
                }
                for (const auto& result : session->commit(batch)) must(result);
            }
        });
    }
    run_together(std::move(bodies));
    std::uint64_t total = 0;
    for (std::uint64_t i = 1; i <= accounts; ++i) {
        total += must(test.session().get_account(AccountId{i})).used_count;
    }
    EXPECT_EQ(total, writers * 20u * 8u);
}

/// Purging beside deliveries of the same content never leaves a message without it.
void purge_and_delivery_of_one_content_agree(StoreCase& test) {
    test.add_inbox();
    std::atomic<bool> done = false;
    std::vector<std::function<void()>> bodies;
    bodies.push_back([&] {
        const auto session = test.connect();
        while (!done) must(session->purge(2'000, 10));
    });
    bodies.push_back([&] {
        const auto session = test.connect();
        for (std::uint64_t i = 1; i <= 100; ++i) {
            auto added = StoreCase::commit_on(*session, Change(account).deliver(inbox, MessageId{i}, 1));
            auto slice = session->read_content(account, hash_of(1), 0, 9);
            EXPECT_TRUE(slice && slice->chunks.size() == 1);
            auto gone = StoreCase::commit_on(
                *session,
                Change(account).change(inbox, "gone", 0, {-1, -1, 0, -1'000}).reference(MessageId{i}, -1));
            if (!added || !gone) break;
        }
        done = true;
    });
    run_together(std::move(bodies));
    EXPECT_EQ(test.mailbox().uidnext, 101u);
    EXPECT_TRUE(must(test.session().verify(account)).empty());
}

constexpr Case cases[] = {
    {"OrderHoldsUnderConcurrentWriters", order_holds_under_concurrent_writers},
    {"OrderHoldsBetweenNodes", order_holds_between_nodes},
    {"ExpectedSeqLetsOneWriterWin", expected_seq_lets_one_writer_win},
    {"BatchesOverManyAccountsDoNotDeadlock", batches_over_many_accounts_do_not_deadlock},
    {"PurgeAndDeliveryOfOneContentAgree", purge_and_delivery_of_one_content_agree},
};

}  // namespace

std::span<const Case> concurrency_cases() {
    return cases;
}

}  // namespace postern::testkit
