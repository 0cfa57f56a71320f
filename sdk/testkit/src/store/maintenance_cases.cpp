// verify: sound accounts have no findings, planted damage has.
#include "store/store_case.hpp"

namespace postern::testkit {

using namespace store;

namespace {

constexpr AccountId account = StoreCase::account;
constexpr MailboxId inbox = StoreCase::inbox;

void sound_account_has_no_findings(StoreCase& test) {
    test.add_inbox();
    test.add_source();
    EXPECT_TRUE(must(test.session().verify(account)).empty());
    for (std::uint64_t i = 1; i <= 20; ++i) {
        must(test.commit(Change(account).deliver(inbox, MessageId{i}, i / 2)));
    }
    must(test.session().put_snapshot(account, inbox, 10, "packed", 5));
    must(test.commit(
        Change(account).change(inbox, "expunged", 0, {-1, -1, 0, -1'000}).reference(MessageId{3}, -1)));
    EXPECT_TRUE(must(test.session().verify(account)).empty());
    must(test.session().purge(2'000, 10));
    const auto findings = must(test.session().verify(account));
    EXPECT_TRUE(findings.empty()) << findings.front();
    expect_error(test.session().verify(AccountId{99}), Errc::not_found);
}

void counters_without_references_are_found(StoreCase& test) {
    test.add_inbox();
    must(test.commit(Change(account).change(inbox, "phantom", 1, {1, 0, 0, 10})));
    EXPECT_FALSE(must(test.session().verify(account)).empty());
}

void references_without_counters_are_found(StoreCase& test) {
    test.add_inbox();
    must(test.commit(Change(account).deliver(inbox, MessageId{1}, 1)));
    must(test.commit(Change(account).reference(MessageId{1}, 1)));
    EXPECT_FALSE(must(test.session().verify(account)).empty());
}

void impossible_counters_are_found(StoreCase& test) {
    test.add_inbox();
    must(test.commit(Change(account).change(inbox, "flags", 0, {0, 3, 0, 0})));
    const auto findings = must(test.session().verify(account));
    ASSERT_EQ(findings.size(), 1u);
    EXPECT_NE(findings[0].find("INBOX"), std::string::npos) << findings[0];
}

void deletion_that_keeps_references_is_found(StoreCase& test) {
    test.add_inbox();
    must(test.commit(Change(account).deliver(inbox, MessageId{1}, 1)));
    must(test.commit(Change(account).erase(inbox)));
    EXPECT_FALSE(must(test.session().verify(account)).empty());
}

constexpr Case cases[] = {
    {"SoundAccountHasNoFindings", sound_account_has_no_findings},
    {"CountersWithoutReferencesAreFound", counters_without_references_are_found},
    {"ReferencesWithoutCountersAreFound", references_without_counters_are_found},
    {"ImpossibleCountersAreFound", impossible_counters_are_found},
    {"DeletionThatKeepsReferencesIsFound", deletion_that_keeps_references_is_found},
};

}  // namespace

std::span<const Case> maintenance_cases() {
    return cases;
}

}  // namespace postern::testkit
