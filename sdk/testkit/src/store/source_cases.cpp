// Sources, leases and fences.
#include "store/store_case.hpp"

namespace postern::testkit {

using namespace store;

namespace {

constexpr AccountId account = StoreCase::account;
constexpr MailboxId inbox = StoreCase::inbox;
constexpr SourceId source = StoreCase::source;

SourceRow due_at(SourceId id, UnixTime when) {
    SourceRow row;
    row.account = account;
    row.id = id;
    row.connector = "connector-pop3";
    row.next_poll_at = when;
    return row;
}

std::vector<SourceId> due(StoreCase& test, UnixTime now, std::size_t limit = 100) {
    std::vector<SourceId> out;
    for (const auto& row : must(test.session().due_sources(now, limit))) out.push_back(row.id);
    return out;
}

void source_comes_back_whole(StoreCase& test) {
    test.add_account();
    SourceRow row = due_at(source, 77);
    row.config = std::string("server\0x", 8);
    row.sealed_credential = "\xff\x00\x01";
    row.facts = "facts";
    row.epoch = 4;
    row.lease_owner = "ignored";
    row.lease_number = 99;
    must(test.session().put_source(row));
    auto rows = must(test.session().list_sources(account));
    ASSERT_EQ(rows.size(), 1u);
    EXPECT_EQ(rows[0].account, account);
    EXPECT_EQ(rows[0].connector, "connector-pop3");
    EXPECT_EQ(rows[0].config, row.config);
    EXPECT_EQ(rows[0].sealed_credential, row.sealed_credential);
    EXPECT_EQ(rows[0].facts, "facts");
    EXPECT_EQ(rows[0].epoch, 4u);
    EXPECT_EQ(rows[0].next_poll_at, 77);
    EXPECT_EQ(rows[0].lease_owner, "");  // not put_source's business
    EXPECT_EQ(rows[0].lease_number, 0u);
    row.account = AccountId{99};
    expect_error(test.session().put_source(row), Errc::not_found);
}

void updating_a_source_keeps_its_lease(StoreCase& test) {
    test.add_account();
    must(test.session().put_source(due_at(source, 0)));
    const auto number = must(test.session().acquire_lease(account, source, "node", 10, 20));
    SourceRow row = due_at(source, 5);
    row.config = "changed";
    must(test.session().put_source(row));
    const auto rows = must(test.session().list_sources(account));
    EXPECT_EQ(rows[0].config, "changed");
    EXPECT_EQ(rows[0].lease_owner, "node");
    EXPECT_EQ(rows[0].lease_number, number);
    EXPECT_EQ(rows[0].lease_until, 20);
}

void deleting_a_source_takes_its_receipts(StoreCase& test) {
    test.add_account();
    test.add_source();
    Receipt receipt;
    receipt.source = source;
    receipt.uidl = "u1";
    must(test.commit(Change(account).receipt(receipt)));
    must(test.session().delete_source(account, source));
    EXPECT_TRUE(must(test.session().list_sources(account)).empty());
    EXPECT_FALSE(test.receipt("u1"));
    expect_error(test.session().delete_source(account, source), Errc::not_found);
}

void due_sources_come_earliest_first(StoreCase& test) {
    test.add_account();
    must(test.session().put_source(due_at(SourceId{1}, 30)));
    must(test.session().put_source(due_at(SourceId{2}, 10)));
    must(test.session().put_source(due_at(SourceId{3}, 20)));
    EXPECT_EQ(due(test, 9), std::vector<SourceId>{});
    EXPECT_EQ(due(test, 20), (std::vector<SourceId>{SourceId{2}, SourceId{3}}));
    EXPECT_EQ(due(test, 99), (std::vector<SourceId>{SourceId{2}, SourceId{3}, SourceId{1}}));
    EXPECT_EQ(due(test, 99, 1), std::vector<SourceId>{SourceId{2}});
    const auto number = must(test.session().acquire_lease(account, SourceId{2}, "node", 20, 50));
    EXPECT_EQ(due(test, 49), (std::vector<SourceId>{SourceId{3}, SourceId{1}}));
    EXPECT_EQ(due(test, 50).size(), 3u);  // the lease ran out
    must(test.session().release_lease(account, SourceId{2}, number, "facts", 500));
    EXPECT_EQ(due(test, 99), (std::vector<SourceId>{SourceId{3}, SourceId{1}}));
}

void lease_is_exclusive_until_it_ends(StoreCase& test) {
    test.add_account();
    test.add_source();
    const auto other = test.connect();
    const auto first = must(test.session().acquire_lease(account, source, "one", 100, 200));
    expect_error(other->acquire_lease(account, source, "two", 150, 250), Errc::conflict);
    const auto again = must(test.session().acquire_lease(account, source, "one", 150, 300));
    EXPECT_GT(again, first);
    expect_error(other->acquire_lease(account, source, "two", 250, 350), Errc::conflict);
    const auto taken = must(other->acquire_lease(account, source, "two", 300, 400));
    EXPECT_GT(taken, again);
    expect_error(test.session().release_lease(account, source, again, "stale", 1), Errc::conflict);
    EXPECT_EQ(must(test.session().list_sources(account))[0].facts, "");
    must(other->release_lease(account, source, taken, "fresh", 777));
    const auto row = must(test.session().list_sources(account))[0];
    EXPECT_EQ(row.facts, "fresh");
    EXPECT_EQ(row.next_poll_at, 777);
    EXPECT_EQ(row.lease_owner, "");
    expect_error(other->release_lease(account, source, taken, "twice", 1), Errc::conflict);
    EXPECT_GT(must(test.session().acquire_lease(account, source, "one", 301, 400)), taken);
    expect_error(test.session().acquire_lease(account, SourceId{99}, "one", 1, 2), Errc::not_found);
}

void fence_stops_a_worker_that_lost_its_lease(StoreCase& test) {
    test.add_inbox();
    test.add_source();
    const auto mine = must(test.session().acquire_lease(account, source, "one", 100, 200));
    Change change(account);
    change.deliver(inbox, MessageId{1}, 1);
    change.value.fence = Fence{source, mine};
    must(test.commit(change));
    must(test.connect()->acquire_lease(account, source, "two", 200, 300));
    Change late(account);
    late.deliver(inbox, MessageId{2}, 2);
    late.value.fence = Fence{source, mine};
    expect_error(test.commit(late), Errc::conflict);
    EXPECT_FALSE(test.message(MessageId{2}));
    EXPECT_EQ(test.mailbox().total, 1u);
    // Released is lost too, though nobody else has it.
    const auto third = must(test.session().acquire_lease(account, source, "three", 400, 500));
    must(test.session().release_lease(account, source, third, "", 0));
    late.value.fence = Fence{source, third};
    expect_error(test.commit(late), Errc::conflict);
    late.value.fence = Fence{SourceId{99}, 1};
    expect_error(test.commit(late), Errc::conflict);
}

constexpr Case cases[] = {
    {"SourceComesBackWhole", source_comes_back_whole},
    {"UpdatingASourceKeepsItsLease", updating_a_source_keeps_its_lease},
    {"DeletingASourceTakesItsReceipts", deleting_a_source_takes_its_receipts},
    {"DueSourcesComeEarliestFirst", due_sources_come_earliest_first},
    {"LeaseIsExclusiveUntilItEnds", lease_is_exclusive_until_it_ends},
    {"FenceStopsAWorkerThatLostItsLease", fence_stops_a_worker_that_lost_its_lease},
};

}  // namespace

std::span<const Case> source_cases() {
    return cases;
}

}  // namespace postern::testkit
