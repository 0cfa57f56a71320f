// How a session begins: the credential goes to the provider alone, and what it says of it is told for what it is.
#include "connector/connector_case.hpp"
#include "postern/encoding/base64.hpp"

namespace postern::testkit {

using namespace gateway;

namespace {

/// Whether the secret is in it, as it is or in a word of base64.
bool shows(const std::string& octets, const std::string& secret) {
    if (octets.find(secret) != std::string::npos) return true;
    std::string word;
    for (const char c : octets + ' ') {
        if (c > ' ') {
            word += c;
            continue;
        }
        const auto decoded = decode_base64(word);
        if (decoded && decoded->find(secret) != std::string::npos) return true;
        word.clear();
    }
    return false;
}

void expect_kind(const Outcome<SessionPtr>& opened, std::initializer_list<FaultKind> allowed) {
    ASSERT_FALSE(opened) << "the session began";
    EXPECT_NE(std::find(allowed.begin(), allowed.end(), opened.error().kind), allowed.end())
        << opened.error().to_string();
}

void the_right_credential_is_taken(ConnectorCase& test) {
    SessionPtr session = test.open();
    EXPECT_TRUE(session->alive());
    ASSERT_FALSE(test.network().targets.empty());
    EXPECT_EQ(test.network().targets.front().host, test.request().server.host);
    EXPECT_EQ(test.network().targets.front().port, test.request().server.port);
    EXPECT_TRUE(test.close(*session));
}

void a_wrong_credential_is_told(ConnectorCase& test) {
    OpenRequest request = test.request();
    request.credential.secret = "wrong-" + request.credential.secret;
    const auto opened = test.try_open(request);
    expect_kind(opened, {FaultKind::auth_failed, FaultKind::auth_expired});
    test.expect_discreet(opened.error());
    test.expect_nothing_left();
    EXPECT_TRUE(test.try_open()) << "the right one after it";
}

// Names and passwords come from users: none ends a command and begins another.
void a_credential_is_no_command(ConnectorCase& test) {
    test.deliver(2);
    for (const char* tail : {"\r\n", "\n", "\r\nQUIT", "\"", "\\", " x", ":", "\x7f", "\xc3\xa4"}) {
        OpenRequest request = test.request();
        request.credential.secret += tail;
        expect_kind(test.try_open(request), {FaultKind::auth_failed, FaultKind::auth_expired});
        request = test.request();
        request.credential.login += tail;
        expect_kind(test.try_open(request), {FaultKind::auth_failed, FaultKind::auth_expired});
    }
    EXPECT_EQ(test.world().contents().size(), 2U);
}

void a_refused_connection_is_offline(ConnectorCase& test) {
    test.network().refuses = true;
    expect_kind(test.try_open(), {FaultKind::offline});
    test.network().refuses = false;
    EXPECT_TRUE(test.try_open());
}

// That the provider is busy or broken says nothing of the password.
void moods_are_told_apart(ConnectorCase& test) {
    if (test.world().set_mood(World::Mood::busy)) {
        expect_kind(test.try_open(), {FaultKind::rate_limited});
        test.expect_nothing_left();
    }
    if (test.world().set_mood(World::Mood::failing)) {
        expect_kind(test.try_open(), {FaultKind::transient});
        test.expect_nothing_left();
    }
    test.world().set_mood(World::Mood::normal);
    EXPECT_TRUE(test.try_open());
}

void nothing_is_sent_before_tls(ConnectorCase& test) {
    OpenRequest request = test.request();
    request.server.tls = RemoteTls::implicit;
    request.server.pinned_spki_sha256 = "cGlu";
    request.server.ca_file = "/etc/authority.pem";
    auto opened = test.try_open(request);
    ASSERT_TRUE(opened) << opened.error().to_string();
    EXPECT_EQ(test.network().plain, "") << "octets without TLS";
    ASSERT_FALSE(test.network().handshakes.empty());
    for (const TlsClientOptions& options : test.network().handshakes) {
        EXPECT_EQ(options.server_name, request.server.host);
        EXPECT_TRUE(options.verify);
        EXPECT_EQ(options.pinned_spki_sha256, request.server.pinned_spki_sha256);
        EXPECT_EQ(options.ca_file, request.server.ca_file);
    }
}

void a_certificate_that_does_not_verify_is_permanent(ConnectorCase& test) {
    OpenRequest request = test.request();
    request.server.tls = RemoteTls::implicit;
    test.network().tls_error = Error(Errc::permission_denied, "certificate verify failed");
    expect_kind(test.try_open(request), {FaultKind::permanent});
    EXPECT_EQ(test.network().plain, "");
    test.expect_nothing_left();
    test.network().tls_error = Error(Errc::unavailable, "connection reset by peer");
    expect_kind(test.try_open(request), {FaultKind::offline, FaultKind::transient});
}

// Configured means required: no password goes to a server that does not offer it, or to somebody who hides it.
void starttls_is_required(ConnectorCase& test) {
    OpenRequest request = test.request();
    request.server.tls = RemoteTls::starttls;
    const auto opened = test.try_open(request);
    EXPECT_FALSE(shows(test.network().plain, request.credential.secret)) << test.network().plain;
    if (test.world().offers_starttls()) {
        ASSERT_TRUE(opened) << opened.error().to_string();
        EXPECT_FALSE(test.network().handshakes.empty());
    } else {
        expect_kind(opened, {FaultKind::permanent, FaultKind::unsupported});
    }
}

constexpr ConnectorLaw laws[] = {
    {"TheRightCredentialIsTaken", the_right_credential_is_taken},
    {"AWrongCredentialIsTold", a_wrong_credential_is_told},
    {"ACredentialIsNoCommand", a_credential_is_no_command},
    {"ARefusedConnectionIsOffline", a_refused_connection_is_offline},
    {"MoodsAreToldApart", moods_are_told_apart},
    {"NothingIsSentBeforeTls", nothing_is_sent_before_tls},
    {"ACertificateThatDoesNotVerifyIsPermanent", a_certificate_that_does_not_verify_is_permanent},
    {"StarttlsIsRequired", starttls_is_required},
};

}  // namespace

std::span<const ConnectorLaw> sign_in_laws() {
    return laws;
}

}  // namespace postern::testkit
