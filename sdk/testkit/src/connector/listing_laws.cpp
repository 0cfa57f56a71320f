// What is there: all of it or said to be incomplete, under ids that last, and after a token what changed since.
#include <set>

#include "connector/connector_case.hpp"

namespace postern::testkit {

using namespace gateway;

namespace {

std::vector<std::string> ids_of(const PullPage& page) {
    std::vector<std::string> ids;
    for (const RemoteItem& item : page.items) ids.push_back(item.id);
    return ids;
}

std::set<std::string> set_of(const std::vector<std::string>& ids) {
    return {ids.begin(), ids.end()};
}

void expect_whole(const PullPage& page, std::size_t count) {
    EXPECT_TRUE(page.full);
    EXPECT_TRUE(page.complete) << page.incomplete_reason;
    EXPECT_FALSE(page.unchanged);
    EXPECT_FALSE(page.more);
    EXPECT_EQ(page.items.size(), count);
    EXPECT_EQ(page.total, count);
}

void everything_is_listed(ConnectorCase& test) {
    test.deliver(12);
    SessionPtr session = test.open();
    const PullPage page = test.pull(*session);
    expect_whole(page, 12);
    const auto contents = test.world().contents();
    ASSERT_EQ(page.items.size(), contents.size());
    for (std::size_t i = 0; i < contents.size(); ++i) {
        const RemoteItem& item = page.items[i];
        EXPECT_EQ(item.kind, RemoteItem::Kind::present);
        if (item.size) {
            EXPECT_EQ(*item.size, contents[i].size()) << i;
        }
        EXPECT_EQ(test.fetch(*session, item.ref), contents[i]) << "oldest first: " << i;
    }
    if (session->facts().ids) {
        EXPECT_EQ(set_of(ids_of(page)).size(), 12U) << "ids are not unique";
        EXPECT_FALSE(set_of(ids_of(page)).contains(""));
    }
    EXPECT_TRUE(test.close(*session));
}

void an_empty_mailbox_is_listed(ConnectorCase& test) {
    SessionPtr session = test.open();
    const PullPage page = test.pull(*session);
    expect_whole(page, 0);
    EXPECT_TRUE(test.close(*session));
}

void many_messages_are_listed(ConnectorCase& test) {
    test.deliver(1'500);
    SessionPtr session = test.open();
    const PullPage page = test.pull(*session);
    expect_whole(page, 1'500);
    EXPECT_TRUE(test.close(*session));
}

// SessionLimits::listing_entries: more are not taken for all.
void a_listing_beyond_the_limit_is_not_complete(ConnectorCase& test) {
    test.deliver(60);
    OpenRequest request = test.request();
    request.limits.listing_entries = 50;
    SessionPtr session = must(test.try_open(request));
    const auto page = test.try_pull(*session);
    EXPECT_TRUE(!page || !page->complete || page->more);
}

void a_budget_is_kept(ConnectorCase& test) {
    test.deliver(7);
    SessionPtr session = test.open();
    std::set<std::string> found;
    PullRequest request;
    request.budget = 3;
    PullPage page = must(test.run(session->pull(request)));
    EXPECT_LE(page.items.size(), 3U);
    for (const auto& id : ids_of(page)) found.insert(id);
    if (!page.more) {
        EXPECT_FALSE(page.complete) << "a part is said to be everything";
    }
    for (int round = 0; page.more && round < 10; ++round) {
        request.token = page.token;
        page = must(test.run(session->pull(request)));
        EXPECT_LE(page.items.size(), 3U);
        for (const auto& id : ids_of(page)) found.insert(id);
        if (!page.more) {
            EXPECT_EQ(found.size(), 7U) << "the parts are not the whole";
        }
    }
}

void ids_last(ConnectorCase& test) {
    if (!test.can(stable_ids)) return;
    test.deliver(4);
    std::map<std::string, std::string> before;
    {
        SessionPtr session = test.open();
        ASSERT_TRUE(session->facts().ids);
        for (const RemoteItem& item : test.pull(*session).items)
            before[item.id] = test.fetch(*session, item.ref);
        must(test.close(*session));
    }
    test.world().withdraw(1);
    test.world().deliver(sample_message(5));
    SessionPtr session = test.open();
    const PullPage page = test.pull(*session);
    EXPECT_EQ(page.items.size(), 4U);
    std::size_t known = 0;
    for (const RemoteItem& item : page.items) {
        const std::string content = test.fetch(*session, item.ref);
        const auto found = before.find(item.id);
        if (found == before.end()) {
            EXPECT_EQ(content, sample_message(5)) << "an old message has a new id";
        } else {
            ++known;
            EXPECT_EQ(content, found->second) << "an id was given to another message";
        }
    }
    EXPECT_EQ(known, 3U);
}

/// The ids after `page`, which answers a token under which they were `before`.
std::set<std::string> applied(std::set<std::string> before, const PullPage& page) {
    if (page.unchanged) return before;
    if (page.full) return set_of(ids_of(page));
    for (const RemoteItem& item : page.items) {
        if (item.kind == RemoteItem::Kind::removed) {
            before.erase(item.id);
        } else {
            before.insert(item.id);
        }
    }
    return before;
}

// A pull after a token gives the same as a fresh one, whatever happened in between.
void a_token_tells_what_changed(ConnectorCase& test) {
    if (!test.can(stable_ids)) return;
    std::string token;
    std::set<std::string> known;
    int next = 1;
    for (int round = 0; round < 5; ++round) {
        SessionPtr session = test.open();
        const PullPage page = test.pull(*session, token);
        EXPECT_TRUE(page.unchanged || page.complete) << page.incomplete_reason;
        if (round > 0) known = applied(known, page);
        const PullPage fresh = test.pull(*session);
        if (round == 0) known = set_of(ids_of(fresh));
        EXPECT_EQ(known, set_of(ids_of(fresh))) << "round " << round;
        token = fresh.token;
        must(test.close(*session));
        if (round == 1) continue;  // nothing happens
        test.world().deliver(sample_message(next++));
        test.world().deliver(sample_message(next++));
        if (round > 1) test.world().withdraw(0);
        if (round > 2) test.world().withdraw(test.world().contents().size() - 1);
    }
}

void nothing_new_is_nothing(ConnectorCase& test) {
    test.deliver(3);
    SessionPtr session = test.open();
    const PullPage first = test.pull(*session);
    const auto known = set_of(ids_of(first));
    for (int round = 0; round < 2; ++round) {
        const PullPage again = test.pull(*session, first.token);
        EXPECT_EQ(again.total, 3U);
        if (again.unchanged) {
            EXPECT_TRUE(again.items.empty());
        }
        for (const RemoteItem& item : again.items) {
            EXPECT_NE(item.kind, RemoteItem::Kind::added);
            EXPECT_NE(item.kind, RemoteItem::Kind::removed);
            EXPECT_TRUE(known.contains(item.id));
        }
        must(test.close(*session));
        session = test.open();
    }
}

// A token of another account, of another connector, or of before the provider was replaced.
void a_foreign_token_proves_nothing(ConnectorCase& test) {
    test.deliver(3);
    for (const char* token : {"0", "nonsense", "1 2 3 4 5 6 7 8 9", "\xff\r\nQUIT"}) {
        SessionPtr session = test.open();
        const auto page = test.try_pull(*session, token);
        if (!page) {
            EXPECT_EQ(page.error().kind, FaultKind::reset_required) << page.error().to_string();
            EXPECT_TRUE(session->alive());
            EXPECT_EQ(test.pull(*session).items.size(), 3U);
        } else {
            EXPECT_FALSE(page->unchanged);
            EXPECT_TRUE(page->full);
            EXPECT_EQ(page->items.size(), 3U);
        }
    }
}

// The cheap answer is for the mailbox that gave the token.
void a_token_of_another_mailbox_proves_nothing(ConnectorCase& test) {
    test.deliver(3);
    std::string token;
    {
        SessionPtr session = test.open();
        token = test.pull(*session).token;
    }
    test.renew_world();
    test.deliver(1);
    SessionPtr session = test.open();
    const auto page = test.try_pull(*session, token);
    if (page) {
        EXPECT_FALSE(page->unchanged);
    } else {
        EXPECT_EQ(page.error().kind, FaultKind::reset_required) << page.error().to_string();
    }
}

constexpr ConnectorLaw laws[] = {
    {"EverythingIsListed", everything_is_listed},
    {"AnEmptyMailboxIsListed", an_empty_mailbox_is_listed},
    {"ManyMessagesAreListed", many_messages_are_listed},
    {"AListingBeyondTheLimitIsNotComplete", a_listing_beyond_the_limit_is_not_complete},
    {"ABudgetIsKept", a_budget_is_kept},
    {"IdsLast", ids_last},
    {"ATokenTellsWhatChanged", a_token_tells_what_changed},
    {"NothingNewIsNothing", nothing_new_is_nothing},
    {"AForeignTokenProvesNothing", a_foreign_token_proves_nothing},
    {"ATokenOfAnotherMailboxProvesNothing", a_token_of_another_mailbox_proves_nothing},
};

}  // namespace

std::span<const ConnectorLaw> listing_laws() {
    return laws;
}

}  // namespace postern::testkit
