// A removal is told as done only if the provider has done it, and nothing else is ever removed.
#include "connector/connector_case.hpp"

namespace postern::testkit {

using namespace gateway;

namespace {

using CloseMode = RemoteSession::CloseMode;

Action removal(RemoteRef ref) {
    Action action;
    action.kind = Action::Kind::remove;
    action.ref = ref;
    return action;
}

void what_is_removed_is_gone(ConnectorCase& test) {
    if (!test.can(remove)) return;
    test.deliver(5);
    SessionPtr session = test.open();
    const PullPage page = test.pull(*session);
    auto results = must(test.run(session->push({removal(page.items[1].ref), removal(page.items[3].ref)})));
    ASSERT_EQ(results.size(), 2U);
    EXPECT_FALSE(results[0].fault) << results[0].fault->to_string();
    EXPECT_FALSE(results[1].fault) << results[1].fault->to_string();
    EXPECT_EQ(test.world().contents().size(), session->facts().deletes_at_close ? 5U : 3U)
        << "RemoteFacts::deletes_at_close is not what happens";
    EXPECT_TRUE(test.close(*session, CloseMode::commit));
    EXPECT_EQ(test.world().contents(),
              (std::vector<std::string>{sample_message(1), sample_message(3), sample_message(5)}));
    EXPECT_EQ(test.contents_by_session().size(), 3U);
}

void abandoned_removals_do_not_happen(ConnectorCase& test) {
    if (!test.can(remove)) return;
    test.deliver(3);
    for (const bool say_goodbye : {true, false}) {
        SessionPtr session = test.open();
        if (!session->facts().deletes_at_close) return;
        const PullPage page = test.pull(*session);
        must(test.push(*session, removal(page.items[0].ref)));
        if (say_goodbye) static_cast<void>(test.close(*session, CloseMode::abandon));
        session.reset();
        EXPECT_EQ(test.world().contents().size(), 3U) << (say_goodbye ? "abandoned" : "dropped");
    }
    EXPECT_EQ(test.contents_by_session().size(), 3U);
}

// Another client was first: said to be gone, or to be done, which comes to the same; the others are untouched.
void removing_what_is_gone_harms_nobody(ConnectorCase& test) {
    if (!test.can(remove)) return;
    test.deliver(4);
    SessionPtr session = test.open();
    const PullPage page = test.pull(*session);
    test.world().withdraw(1);
    auto results = must(test.run(session->push({removal(page.items[1].ref), removal(page.items[2].ref)})));
    ASSERT_EQ(results.size(), 2U);
    if (results[0].fault) {
        EXPECT_EQ(results[0].fault->kind, FaultKind::gone) << results[0].fault->to_string();
    }
    EXPECT_FALSE(results[1].fault);
    must(test.close(*session));
    EXPECT_EQ(test.world().contents(), (std::vector<std::string>{sample_message(1), sample_message(4)}));
}

void a_removal_may_be_repeated(ConnectorCase& test) {
    if (!test.can(remove)) return;
    test.deliver(3);
    SessionPtr session = test.open();
    const PullPage page = test.pull(*session);
    must(test.push(*session, removal(page.items[0].ref)));
    const auto again = test.push(*session, removal(page.items[0].ref));
    if (!again) {
        EXPECT_EQ(again.error().kind, FaultKind::gone) << again.error().to_string();
    }
    must(test.close(*session));
    EXPECT_EQ(test.world().contents(), (std::vector<std::string>{sample_message(2), sample_message(3)}));
}

void a_reference_of_another_session_removes_nothing(ConnectorCase& test) {
    test.deliver(3);
    SessionPtr session = test.open();
    const RemoteRef old = test.pull(*session).items[0].ref;
    must(test.close(*session));
    session = test.open();
    test.pull(*session);
    RemoteRef foreign = old;
    foreign.session += 1'000'000;
    EXPECT_FALSE(test.push(*session, removal(old)));
    EXPECT_FALSE(test.push(*session, removal(foreign)));
    EXPECT_FALSE(test.push(*session, removal(RemoteRef())));
    EXPECT_TRUE(session->alive());
    must(test.close(*session));
    EXPECT_EQ(test.world().contents().size(), 3U);
}

void reading_removes_nothing(ConnectorCase& test) {
    test.deliver(3);
    EXPECT_EQ(test.contents_by_session().size(), 3U);
    EXPECT_EQ(test.contents_by_session().size(), 3U);
    EXPECT_EQ(test.world().contents().size(), 3U);
}

constexpr ConnectorLaw laws[] = {
    {"WhatIsRemovedIsGone", what_is_removed_is_gone},
    {"AbandonedRemovalsDoNotHappen", abandoned_removals_do_not_happen},
    {"RemovingWhatIsGoneHarmsNobody", removing_what_is_gone_harms_nobody},
    {"ARemovalMayBeRepeated", a_removal_may_be_repeated},
    {"AReferenceOfAnotherSessionRemovesNothing", a_reference_of_another_session_removes_nothing},
    {"ReadingRemovesNothing", reading_removes_nothing},
};

}  // namespace

std::span<const ConnectorLaw> removal_laws() {
    return laws;
}

}  // namespace postern::testkit
