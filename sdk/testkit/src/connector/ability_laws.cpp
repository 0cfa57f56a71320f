// What a connector says it can do it does, and what it does not claim it refuses as unsupported; the line can be kept, moved
// and lost.
#include "connector/connector_case.hpp"
#include "postern/mail/types.hpp"

namespace postern::testkit {

using namespace gateway;

namespace {

/// `claimed`: not refused as unsupported; else refused as just that. Answered either way, by a session that goes on.
void expect_support(bool claimed, const std::optional<Fault>& fault, const std::string& what) {
    const bool refused = fault && fault->kind == FaultKind::unsupported;
    EXPECT_NE(claimed, refused) << what << ": claimed " << claimed << ", answer "
                                << (fault ? fault->to_string() : "done");
}

template <class T>
std::optional<Fault> fault_of(const Outcome<T>& outcome) {
    return outcome ? std::nullopt : std::optional<Fault>(outcome.error());
}

void claims_are_kept(ConnectorCase& test) {
    test.deliver(2);
    SessionPtr session = test.open();
    const PullPage page = test.pull(*session);
    const RemoteRef ref = page.items.at(0).ref;
    if (test.can(stable_ids)) {
        EXPECT_TRUE(session->facts().ids);
    }
    if (test.can(header_fetch)) {
        EXPECT_TRUE(session->facts().header_fetch);
    }
    for (const RemoteItem& item : page.items) EXPECT_EQ(test.can(flags_read), item.flags.has_value());

    Action action;
    action.kind = Action::Kind::set_flags;
    action.ref = ref;
    action.flags = mail::flagged;
    expect_support(test.can(flags_write), fault_of(test.push(*session, action)), "set_flags");
    action = Action();
    action.kind = Action::Kind::append;
    action.folder = "INBOX";
    action.content = std::make_shared<const std::string>(sample_message(9));
    expect_support(test.can(append), fault_of(test.push(*session, action)), "append");
    action = Action();
    action.kind = Action::Kind::create_folder;
    action.name = "Made";
    expect_support(test.can(hierarchy), fault_of(test.push(*session, action)), "create_folder");
    action = Action();
    action.kind = Action::Kind::remove;
    action.ref = ref;
    expect_support(test.can(remove), fault_of(test.push(*session, action)), "remove");
    EXPECT_TRUE(session->alive());
    EXPECT_TRUE(test.close(*session));
}

void submission_is_as_claimed(ConnectorCase& test) {
    SessionPtr session = test.open();
    Submission submission;
    submission.from = "ann@example.net";
    submission.recipients = {"bob@example.net"};
    submission.content = std::make_shared<const std::string>(sample_message(1));
    expect_support(test.can(submit), fault_of(test.run(session->submit(submission))), "submit");
    EXPECT_TRUE(session->alive());
}

void watching_is_as_claimed(ConnectorCase& test) {
    SessionPtr session = test.open();
    test.pull(*session);
    const auto nothing = test.run(session->watch({"INBOX"}, std::chrono::seconds(0)));
    expect_support(test.can(watch), fault_of(nothing), "watch");
    if (nothing) {
        EXPECT_TRUE(nothing->empty()) << "news of nothing";
    }
    EXPECT_TRUE(session->alive());
    EXPECT_TRUE(test.close(*session));
}

void news_end_the_watch(ConnectorCase& test) {
    if (!test.can(watch)) return;
    test.deliver(1);
    test.network().patience = std::chrono::hours(1);
    SessionPtr session = test.open();
    const PullPage page = test.pull(*session);
    const auto waiting = begin(test.loop(), session->watch({"INBOX"}, std::chrono::seconds(600)));
    test.loop().restart();
    test.loop().poll();
    EXPECT_FALSE(waiting->over()) << "watch() does not wait";
    test.world().deliver(sample_message(2));
    test.network().spread_news();
    const auto hints = finish(test.loop(), waiting);
    ASSERT_TRUE(hints) << hints.error().to_string();
    EXPECT_EQ(*hints, std::vector<std::string>{"INBOX"});
    const PullPage after = test.pull(*session, page.token);
    EXPECT_EQ(after.total, 2U);
    EXPECT_TRUE(test.close(*session));
}

void keeping_alive_is_cheap(ConnectorCase& test) {
    test.deliver(1);
    SessionPtr session = test.open();
    test.pull(*session);
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(test.run(session->keep_alive()));
    EXPECT_EQ(test.pull(*session).items.size(), 1U);
    must(test.close(*session));
}

void a_session_moves_to_another_core(ConnectorCase& test) {
    test.deliver(2);
    boost::asio::io_context other;
    SessionPtr session = test.open();
    const PullPage page = test.pull(*session);
    auto moved = session->move_to(other.get_executor());
    ASSERT_TRUE(moved) << moved.error().to_string();
    FetchRequest request;
    request.ref = page.items[1].ref;
    must(run(other, session->start_fetch(request)));
    EXPECT_EQ(*must(run(other, session->receive())).content, sample_message(2));
    must(run(other, session->close(RemoteSession::CloseMode::commit)));
    session.reset();
}

/// Every call once; those that answered without a fault are named.
std::string calls_that_succeed(ConnectorCase& test, RemoteSession& session, RemoteRef ref) {
    std::string succeeded;
    if (test.run(session.list_folders(""))) succeeded += " list_folders";
    if (test.try_pull(session)) succeeded += " pull";
    if (test.try_fetch(session, ref)) succeeded += " fetch";
    Action action;
    action.ref = ref;
    if (test.push(session, action)) succeeded += " push";
    if (test.run(session.watch({"INBOX"}, std::chrono::seconds(0)))) succeeded += " watch";
    if (session.facts().deletes_at_close && test.close(session)) succeeded += " close";
    return succeeded;
}

// RemoteSession::alive(): nothing but close() makes sense any more, and nothing pretends to.
void a_lost_session_answers_faults(ConnectorCase& test) {
    test.deliver(2);
    SessionPtr session = test.open();
    const PullPage page = test.pull(*session);
    test.network().trouble = {Trouble::Kind::cut, test.network().steps.size() + 1};
    EXPECT_FALSE(test.try_pull(*session));
    test.network().refuses = true;
    const std::size_t dialed = test.network().dialed;
    std::string succeeded = calls_that_succeed(test, *session, page.items[0].ref);
    // The one folder of a protocol without folders is there without asking.
    const std::string folder = " list_folders";
    if (!test.can(hierarchy) && succeeded.starts_with(folder)) succeeded.erase(0, folder.size());
    EXPECT_EQ(succeeded, "");
    EXPECT_LE(test.network().dialed - dialed, 6U) << "it dials and dials";
    static_cast<void>(test.close(*session, RemoteSession::CloseMode::abandon));
    EXPECT_EQ(test.world().contents().size(), 2U);
}

constexpr ConnectorLaw laws[] = {
    {"ClaimsAreKept", claims_are_kept},
    {"SubmissionIsAsClaimed", submission_is_as_claimed},
    {"WatchingIsAsClaimed", watching_is_as_claimed},
    {"NewsEndTheWatch", news_end_the_watch},
    {"KeepingAliveIsCheap", keeping_alive_is_cheap},
    {"ASessionMovesToAnotherCore", a_session_moves_to_another_core},
    {"ALostSessionAnswersFaults", a_lost_session_answers_faults},
};

}  // namespace

std::span<const ConnectorLaw> ability_laws() {
    return laws;
}

}  // namespace postern::testkit
