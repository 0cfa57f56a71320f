// The line fails at every step of a session, in every way; replies make no sense or never end.
#include "connector/walk.hpp"

namespace postern::testkit {

using namespace gateway;

namespace {

using Kind = Trouble::Kind;

/// The steps of a walk on which nothing happens.
std::vector<Step> plain_steps(ConnectorCase& test) {
    Walk walk(test);
    EXPECT_TRUE(walk.run()) << "a session without any trouble";
    return test.network().steps;
}

/// A walk with this trouble, from the beginning, on a fresh provider.
void walk_with(ConnectorCase& test, const Trouble& trouble) {
    test.renew_world();
    Walk walk(test);
    walk.allowed = {FaultKind::offline, FaultKind::transient};
    const bool flood = trouble.kind == Kind::flood || trouble.kind == Kind::flood_half;
    if (flood || trouble.kind == Kind::garbage) walk.allowed.push_back(FaultKind::protocol_violation);
    walk.replies_are_true = !flood;
    test.network().trouble = trouble;
    walk.run();
    test.network().trouble = Trouble();
    walk.check_next_session();
}

/// At every step of one of these kinds.
void walk_with_each(ConnectorCase& test, Trouble trouble, std::initializer_list<Step> at) {
    const std::vector<Step> steps = plain_steps(test);
    for (std::size_t i = 0; i < steps.size() && !testing::Test::HasFailure(); ++i) {
        if (std::find(at.begin(), at.end(), steps[i]) == at.end()) continue;
        SCOPED_TRACE(std::string(to_string(trouble.kind)) + " at step " + std::to_string(i + 1) + " of " +
                     std::to_string(steps.size()) + ' ' + testing::PrintToString(trouble.octets));
        trouble.step = i + 1;
        walk_with(test, trouble);
    }
}

constexpr std::initializer_list<Step> every_step = {Step::dial, Step::tls, Step::read, Step::write};

void the_peer_closes_at_any_step(ConnectorCase& test) {
    walk_with_each(test, {Kind::cut}, every_step);
}

void the_line_breaks_at_any_step(ConnectorCase& test) {
    walk_with_each(test, {Kind::broken}, every_step);
}

void the_peer_falls_silent_at_any_step(ConnectorCase& test) {
    walk_with_each(test, {Kind::hang}, every_step);
}

void this_side_gives_up_at_any_step(ConnectorCase& test) {
    walk_with_each(test, {Kind::cancel}, every_step);
}

void half_of_any_write_arrives(ConnectorCase& test) {
    walk_with_each(test, {Kind::half_write}, {Step::write});
}

// Every beginning of what the provider says, and then the end of the line: a part is never the whole.
void the_peer_closes_after_any_octet(ConnectorCase& test) {
    static_cast<void>(plain_steps(test));
    const std::uint64_t total = test.network().octets_received;
    for (std::uint64_t count = 0; count < total && !testing::Test::HasFailure(); ++count) {
        SCOPED_TRACE("the peer closes after " + std::to_string(count) + " octets of " +
                     std::to_string(total));
        test.renew_world();
        Walk walk(test);
        walk.allowed = {FaultKind::offline, FaultKind::transient};
        test.network().cut_after = count;
        walk.run();
        test.network().cut_after.reset();
        walk.check_next_session();
    }
}

void no_reply_makes_sense(ConnectorCase& test) {
    const std::string zeroes(40, '\0');
    for (const std::string& octets :
         {std::string("%% no protocol says this %%\r\n"), zeroes + "\r\n",
          std::string("\xff\xfe\xfd\r\n\r\n"), std::string("\x16\x03\x01\x02\r\n")}) {
        walk_with_each(test, {Kind::garbage, 0, octets}, {Step::write});
        test.renew_world();
    }
}

// Nothing is read without bound, and nothing waits for ever: see ConnectorKit::patience_octets.
void no_reply_ends(ConnectorCase& test) {
    std::vector<std::string> endless = {"x", "x\r\n", " ", "\r\n", std::string(1, '\0')};
    for (std::string& reply : test.world().endless_replies()) endless.push_back(std::move(reply));
    for (const std::string& octets : endless) {
        walk_with_each(test, {Kind::flood, 0, octets}, {Step::read});
        test.renew_world();
        walk_with_each(test, {Kind::flood_half, 0, octets}, {Step::read});
        test.renew_world();
    }
}

// Dropped without a word after any call: what takes effect at the close has not.
void a_session_may_be_dropped_at_any_time(ConnectorCase& test) {
    test.deliver(2);
    for (int calls = 0; calls < 5; ++calls) {
        SessionPtr session = test.open();
        PullPage page;
        if (calls > 0) page = test.pull(*session);
        FetchRequest request;
        if (calls > 1) request.ref = page.items.at(0).ref;
        if (calls > 1) must(test.run(session->start_fetch(request)));
        if (calls > 2) must(test.run(session->receive()));
        if (calls > 3) must(test.close(*session, RemoteSession::CloseMode::abandon));
        session.reset();
        EXPECT_EQ(test.network().open_lines, 0U) << "after " << calls << " calls";
    }
    EXPECT_EQ(test.contents_by_session().size(), 2U);
}

constexpr ConnectorLaw laws[] = {
    {"ThePeerClosesAtAnyStep", the_peer_closes_at_any_step},
    {"TheLineBreaksAtAnyStep", the_line_breaks_at_any_step},
    {"ThePeerFallsSilentAtAnyStep", the_peer_falls_silent_at_any_step},
    {"ThisSideGivesUpAtAnyStep", this_side_gives_up_at_any_step},
    {"HalfOfAnyWriteArrives", half_of_any_write_arrives},
    {"ThePeerClosesAfterAnyOctet", the_peer_closes_after_any_octet},
    {"NoReplyMakesSense", no_reply_makes_sense},
    {"NoReplyEnds", no_reply_ends},
    {"ASessionMayBeDroppedAtAnyTime", a_session_may_be_dropped_at_any_time},
};

}  // namespace

std::span<const ConnectorLaw> trouble_laws() {
    return laws;
}

}  // namespace postern::testkit
