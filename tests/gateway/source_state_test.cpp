#include "gateway/source_state.hpp"

#include <gtest/gtest.h>

namespace postern::gateway {
namespace {

TEST(SourceState, RoundTrip) {
    SourceFacts facts;
    facts.token = "3 4711 uid with = and spaces";
    facts.auth = SourceFacts::Auth::refused;
    facts.failures = 7;
    facts.import_listed_at = 1'800'000'000;
    facts.last_error = "two\nlines";
    facts.vanish_held_since = 5;
    facts.keeps_fetched = true;
    facts.fetches_from = 30;
    facts.fetches_until = 40;
    facts.deletes_from = 10;
    facts.deletes_until = 20;
    facts.notices = {{"deferred", "17 abc"}, {"failing", "18 def"}};
    const auto again = SourceFacts::parse(facts.format());
    EXPECT_EQ(again.token, facts.token);
    EXPECT_EQ(again.auth, facts.auth);
    EXPECT_EQ(again.failures, 7U);
    EXPECT_EQ(again.import_listed_at, facts.import_listed_at);
    EXPECT_EQ(again.last_error, "two lines");
    EXPECT_EQ(again.vanish_held_since, 5);
    EXPECT_TRUE(again.keeps_fetched);
    EXPECT_TRUE(again.deletion_was_confirmed(10) && again.deletion_was_confirmed(20));
    EXPECT_FALSE(again.deletion_was_confirmed(9) || again.deletion_was_confirmed(21));
    EXPECT_FALSE(SourceFacts().deletion_was_confirmed(0));
    EXPECT_TRUE(again.fetch_was_confirmed(30) && again.fetch_was_confirmed(40));
    EXPECT_FALSE(again.fetch_was_confirmed(29) || again.fetch_was_confirmed(41));
    EXPECT_FALSE(SourceFacts().fetch_was_confirmed(0));
    EXPECT_EQ(again.notices, facts.notices);
    EXPECT_EQ(again.format(), SourceFacts::parse(again.format()).format());

    SourceConfig config;
    config.provider = "*";
    config.remote_login = "a=b@example.net";
    config.verifier = "$argon2id$v=19$m=1,t=1,p=1$x$y";
    config.created_at = 9;
    const auto same = SourceConfig::parse(config.format());
    EXPECT_EQ(same.remote_login, config.remote_login);
    EXPECT_EQ(same.verifier, config.verifier);
    EXPECT_EQ(same.created_at, 9);
}

TEST(SourceState, NonsenseIsDefault) {
    const auto facts = SourceFacts::parse("auth=99\nfailures=x\n=\n\nno line end");
    EXPECT_EQ(facts.failures, 0U);
    EXPECT_EQ(SourceFacts::parse("").token, "");
}

}  // namespace
}  // namespace postern::gateway
