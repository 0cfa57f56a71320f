// Where a domain's servers are, as DNS says (RFC 6186): records from a scripted name server on loopback.
#include "gateway/dns.hpp"

#include <arpa/nameser.h>
#include <gmock/gmock.h>

#include <map>

#include "tests/gateway/support/name_server.hpp"

namespace postern::gateway {
namespace {

using test::ScriptedNameServer;
using testing::ElementsAre;
using testing::HasSubstr;

const Chance lowest = [](std::uint32_t) { return 0U; };
const Chance highest = [](std::uint32_t below) { return below - 1; };

class Discovery : public ::testing::Test {
protected:
    Result<RemoteServer> find(const std::string& protocol, const std::vector<std::string>& trusted = {}) {
        return discover(NameServer(server_.address()), protocol, "example.net", trusted, lowest);
    }
    ScriptedNameServer server_;
};

TEST_F(Discovery, ImplicitTlsFirst) {
    server_.srv("_imap._tcp.example.net", 0, 1, 143, "imap.example.net");
    server_.srv("_imaps._tcp.example.net", 10, 1, 994, "imaps.Example.NET");
    const auto found = find("imap");
    ASSERT_TRUE(found) << found.error().to_string();
    EXPECT_EQ(found->host, "imaps.example.net");
    EXPECT_EQ(found->port, 994);
    EXPECT_EQ(found->tls, RemoteTls::implicit);
    EXPECT_TRUE(found->verify);
}

TEST_F(Discovery, StarttlsWhereThatIsAllThereIs) {
    server_.srv("_pop3._tcp.example.net", 0, 1, 110, "pop.example.net");
    server_.srv("_pop3s._tcp.example.net", 0, 0, 0, "");
    const auto found = find("pop3");
    ASSERT_TRUE(found);
    EXPECT_EQ(found->tls, RemoteTls::starttls);
    EXPECT_EQ(found->port, 110);
    EXPECT_EQ(find("imap").error().code, Errc::not_found);
}

TEST_F(Discovery, ADotMeansNotOffered) {  // RFC 6186 section 3.4
    server_.srv("_imaps._tcp.example.net", 0, 0, 0, "");
    server_.srv("_imap._tcp.example.net", 0, 0, 0, "");
    EXPECT_EQ(find("imap").error().code, Errc::unsupported);
}

TEST_F(Discovery, ByPriority) {
    server_.srv("_pop3s._tcp.example.net", 20, 100, 995, "second.example.net");
    server_.srv("_pop3s._tcp.example.net", 10, 0, 995, "first.example.net");
    EXPECT_EQ(find("pop3")->host, "first.example.net");
}

TEST_F(Discovery, OnlyWhereTheOperatorTrustsIt) {  // RFC 6186 section 6
    server_.srv("_imaps._tcp.example.net", 0, 1, 993, "imap.attacker.example");
    EXPECT_EQ(find("imap").error().code, Errc::permission_denied);
    EXPECT_THAT(find("imap").error().text, HasSubstr("imap.attacker.example"));
    EXPECT_EQ(find("imap", {"tacker.example"}).error().code, Errc::permission_denied);
    EXPECT_EQ(find("imap", {"other.example", "attacker.example"})->host, "imap.attacker.example");
}

TEST_F(Discovery, ANameServerThatFails) {
    server_.fail = true;
    EXPECT_EQ(find("imap").error().code, Errc::unavailable);
    EXPECT_EQ(NameServer("nonsense").srv("x").error().code, Errc::invalid);
}

TEST_F(Discovery, MailExchanges) {
    server_.mx("example.net", 20, "b.mx.example.org");
    server_.mx("example.net", 10, "A.mx.example.org");
    const auto found = NameServer(server_.address()).mx("example.net");
    ASSERT_TRUE(found);
    EXPECT_THAT(*found, ElementsAre("a.mx.example.org", "b.mx.example.org"));
    EXPECT_EQ(NameServer(server_.address()).mx("example.com").error().code, Errc::not_found);
}

std::vector<std::string> targets(std::vector<SrvRecord> records, const Chance& chance) {
    std::vector<std::string> out;
    for (const auto& record : in_order(std::move(records), chance)) out.push_back(record.target);
    return out;
}

TEST(SrvOrder, WeightsWithinAPriority) {  // RFC 2782
    const std::vector<SrvRecord> records = {
        {1, 10, 1, "a"}, {1, 0, 1, "zero"}, {1, 90, 1, "b"}, {0, 1, 1, "top"}};
    EXPECT_THAT(targets(records, lowest), ElementsAre("top", "zero", "a", "b"));
    EXPECT_THAT(targets(records, highest), ElementsAre("top", "b", "a", "zero"));
    std::map<std::string, int> first;
    std::uint32_t turn = 0;
    for (int i = 0; i < 1010; ++i) {
        // Every number of a range of 101 ten times.
        const auto order =
            targets({{1, 10, 1, "a"}, {1, 90, 1, "b"}}, [&](std::uint32_t below) { return turn % below; });
        ++first[order.front()];
        ++turn;
    }
    EXPECT_EQ(first["a"], 110);
    EXPECT_EQ(first["b"], 900);
}

TEST(SrvAnswer, WhateverComesIsBounded) {
    EXPECT_EQ(parse_srv("").error().code, Errc::protocol_violation);
    const std::string answer = test::srv_answer("_imaps._tcp.example.net", {{0, 1, 993, "imap.example.net"}});
    ASSERT_TRUE(parse_srv(answer));
    for (std::size_t cut = 0; cut < answer.size(); ++cut) EXPECT_FALSE(parse_srv(answer.substr(0, cut)));
    for (std::size_t at = 0; at < answer.size(); ++at) {
        std::string broken = answer;
        broken[at] = static_cast<char>(broken[at] ^ 0xff);
        static_cast<void>(parse_srv(broken));
        static_cast<void>(parse_mx(broken));
    }
}

TEST(HostNames, Within) {
    EXPECT_TRUE(is_within("imap.example.net", "example.net"));
    EXPECT_TRUE(is_within("example.net", "example.net"));
    EXPECT_FALSE(is_within("badexample.net", "example.net"));
    EXPECT_FALSE(is_within("net", "example.net"));
}

}  // namespace
}  // namespace postern::gateway
