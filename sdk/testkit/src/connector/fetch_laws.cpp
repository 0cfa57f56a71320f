// Messages come octet for octet, in the order in which they were asked for, and each fault is of one message alone.
#include "connector/connector_case.hpp"

namespace postern::testkit {

using namespace gateway;

namespace {

const std::string header = "From: ann@example.net\r\nSubject: octets\r\n\r\n";

std::vector<std::string> difficult_messages() {
    return {
        header,
        header + "\r\n\r\n\r\n",
        header + ".\r\n..\r\n...\r\n.a\r\n. \r\n\r\n.\r\n",
        header + "+OK forged\r\n-ERR forged\r\n* OK forged\r\na1 OK forged\r\n)\r\nHTTP/1.1 200 OK\r\n\r\n",
        header + "From the beginning of a line\r\n>From\r\n",
        header + "0\r\n\r\n{12}\r\n\"quoted\\\"\r\n",
        header + "8 bit: \xc3\xa4 \xff\xfe \x80\r\n",
        header + std::string(30'000, 'x') + "\r\n",
        header + "trailing blanks \t\r\n",
        "Subject: =?utf-8?q?=C3=A4?=\r\n folded\r\n\tmore\r\n\r\ntext\r\n",
        "X: no empty line after the header\r\n",
    };
}

void octets_are_those_of_the_provider(ConnectorCase& test) {
    for (const std::string& message : difficult_messages()) test.world().deliver(message);
    EXPECT_EQ(test.contents_by_session(), test.world().contents());
}

void octets_do_not_depend_on_how_they_come(ConnectorCase& test) {
    test.deliver(2);
    test.world().deliver(difficult_messages()[2]);
    test.world().deliver(difficult_messages()[3]);
    for (const std::size_t chunk : {1U, 2U, 3U, 5U, 7U, 64U, 1'000U}) {
        test.network().chunk = chunk;
        EXPECT_EQ(test.contents_by_session(), test.world().contents()) << "reads of " << chunk;
    }
}

// Fetched: line ends are CRLF; what had others is made so, and that is said.
void bare_line_ends_are_made_whole(ConnectorCase& test) {
    test.world().deliver("Subject: bare\nX: y\n\nline\nline\r\nend\r\n");
    SessionPtr session = test.open();
    const PullPage page = test.pull(*session);
    ASSERT_EQ(page.items.size(), 1U);
    const Fetched fetched = must(test.try_fetch(*session, page.items[0].ref));
    EXPECT_EQ(*fetched.content, "Subject: bare\r\nX: y\r\n\r\nline\r\nline\r\nend\r\n");
    EXPECT_TRUE(fetched.normalised || fetched.synthesised);
}

void a_header_is_the_beginning_of_the_message(ConnectorCase& test) {
    test.deliver(2);
    SessionPtr session = test.open();
    const PullPage page = test.pull(*session);
    ASSERT_EQ(page.items.size(), 2U);
    const auto fetched = test.try_fetch(*session, page.items[1].ref, FetchPart::header);
    if (!session->facts().header_fetch) {
        ASSERT_FALSE(fetched);
        EXPECT_EQ(fetched.error().kind, FaultKind::unsupported) << fetched.error().to_string();
        EXPECT_TRUE(session->alive());
        return;
    }
    ASSERT_TRUE(fetched) << fetched.error().to_string();
    const std::string whole = test.world().contents()[1];
    EXPECT_EQ(*fetched->content, whole.substr(0, whole.find("\r\n\r\n") + 4));
}

void fetches_are_answered_in_order(ConnectorCase& test) {
    test.deliver(40);
    SessionPtr session = test.open();
    const PullPage page = test.pull(*session);
    const auto contents = test.world().contents();
    ASSERT_EQ(page.items.size(), contents.size());
    const std::size_t window = session->fetch_window();
    ASSERT_GE(window, 1U);
    EXPECT_LE(window, std::max<std::size_t>(1, test.request().limits.fetch_window));
    // Newest first: the order is the caller's.
    std::size_t asked = contents.size();
    for (std::size_t received = contents.size(); received-- > 0;) {
        while (asked > 0 && received + 1 - asked < window) {
            FetchRequest request;
            request.ref = page.items[--asked].ref;
            request.expected_size = page.items[asked].size;
            must(test.run(session->start_fetch(request)));
        }
        const Fetched fetched = must(test.run(session->receive()));
        EXPECT_EQ(fetched.ref, page.items[received].ref);
        ASSERT_EQ(*fetched.content, contents[received]);
    }
    EXPECT_TRUE(test.close(*session));
}

void misuse_is_refused(ConnectorCase& test) {
    test.deliver(2);
    SessionPtr session = test.open();
    const PullPage page = test.pull(*session);
    EXPECT_FALSE(test.run(session->receive())) << "nothing was asked for";
    EXPECT_TRUE(session->alive());
    FetchRequest request;
    request.ref = page.items[0].ref;
    const std::size_t window = session->fetch_window();
    for (std::size_t i = 0; i < window; ++i) must(test.run(session->start_fetch(request)));
    EXPECT_FALSE(test.run(session->start_fetch(request))) << "more than fetch_window() at a time";
    EXPECT_TRUE(session->alive());
    for (std::size_t i = 0; i < window; ++i)
        EXPECT_EQ(*must(test.run(session->receive())).content, sample_message(1));
    EXPECT_FALSE(test.run(session->receive()));
}

void what_is_gone_is_said_to_be_gone(ConnectorCase& test) {
    test.deliver(3);
    SessionPtr session = test.open();
    const PullPage page = test.pull(*session);
    test.world().withdraw(1);
    const auto gone = test.try_fetch(*session, page.items[1].ref);
    ASSERT_FALSE(gone);
    EXPECT_EQ(gone.error().kind, FaultKind::gone) << gone.error().to_string();
    ASSERT_TRUE(session->alive()) << "one message is gone, not the session";
    EXPECT_EQ(test.fetch(*session, page.items[0].ref), sample_message(1));
    EXPECT_EQ(test.fetch(*session, page.items[2].ref), sample_message(3));
    EXPECT_TRUE(test.close(*session));
}

// RemoteRef means nothing in another session.
void references_end_with_their_session(ConnectorCase& test) {
    test.deliver(2);
    SessionPtr session = test.open();
    const RemoteRef old = test.pull(*session).items[0].ref;
    must(test.close(*session));
    session = test.open();
    const PullPage page = test.pull(*session);
    const auto fetched = test.try_fetch(*session, old);
    ASSERT_FALSE(fetched);
    EXPECT_EQ(fetched.error().kind, FaultKind::conflict) << fetched.error().to_string();
    EXPECT_TRUE(session->alive());
    EXPECT_EQ(test.fetch(*session, page.items[1].ref), sample_message(2));
}

void a_message_beyond_the_limit_is_not_taken(ConnectorCase& test) {
    const OpenRequest request = test.request();
    test.deliver(1);
    test.world().deliver(header + std::string(request.limits.message_octets + 1, 'x') + "\r\n");
    test.deliver(1);
    SessionPtr session = test.open();
    const PullPage page = test.pull(*session);
    const std::uint64_t before = test.network().octets_received;
    const auto large = test.try_fetch(*session, page.items[1].ref);
    ASSERT_FALSE(large);
    EXPECT_LE(test.network().octets_received - before, test.kit().patience_octets);
    // It need not end the session; if it did, the next one has the others.
    if (!session->alive()) {
        session.reset();
        session = test.open();
    }
    const PullPage again = test.pull(*session);
    EXPECT_EQ(test.fetch(*session, again.items[2].ref), sample_message(1));
}

// RemoteSession::find, where ids last.
void an_id_gives_a_reference(ConnectorCase& test) {
    test.deliver(3);
    SessionPtr session = test.open();
    const std::string id = test.pull(*session).items[1].id;
    must(test.close(*session));
    session = test.open();
    const std::size_t before = test.network().steps.size();
    const auto found = session->find("INBOX", id);
    const auto foreign = session->find("INBOX", "no id of this provider \r\n");
    EXPECT_EQ(test.network().steps.size(), before) << "find() does no I/O";
    if (!found) {
        EXPECT_EQ(found.error().kind, FaultKind::unsupported) << found.error().to_string();
        return;
    }
    EXPECT_EQ(test.fetch(*session, *found), sample_message(2));
    const auto fetched = foreign ? test.try_fetch(*session, *foreign) : Outcome<Fetched>(foreign.error());
    EXPECT_FALSE(fetched) << "an id that nobody gave names a message";
    EXPECT_EQ(test.fetch(*session, *found), sample_message(2));
}

constexpr ConnectorLaw laws[] = {
    {"OctetsAreThoseOfTheProvider", octets_are_those_of_the_provider},
    {"OctetsDoNotDependOnHowTheyCome", octets_do_not_depend_on_how_they_come},
    {"BareLineEndsAreMadeWhole", bare_line_ends_are_made_whole},
    {"AHeaderIsTheBeginningOfTheMessage", a_header_is_the_beginning_of_the_message},
    {"FetchesAreAnsweredInOrder", fetches_are_answered_in_order},
    {"MisuseIsRefused", misuse_is_refused},
    {"WhatIsGoneIsSaidToBeGone", what_is_gone_is_said_to_be_gone},
    {"ReferencesEndWithTheirSession", references_end_with_their_session},
    {"AMessageBeyondTheLimitIsNotTaken", a_message_beyond_the_limit_is_not_taken},
    {"AnIdGivesAReference", an_id_gives_a_reference},
};

}  // namespace

std::span<const ConnectorLaw> fetch_laws() {
    return laws;
}

}  // namespace postern::testkit
