// Servers that DNS names: asked off the core, remembered, and by mail exchanges last of all.
#include "gateway/locator.hpp"

#include "kernel/config/yaml_reader.hpp"
#include "tests/gateway/support/name_server.hpp"
#include "tests/gateway/support/one_connector.hpp"
#include "tests/gateway/support/world.hpp"

namespace postern::gateway {
namespace {

using test::ScriptedNameServer;

class Located : public test::World {
protected:
    Located() {
        audited_ = false;
        start();
        locator_ = std::make_unique<Locator>(node_->runtime, named_, node_->service);
        Diagnostics problems;
        const std::string text = "resolver: \"" + dns_.address() +
                                 "\"\nsrv_hosts: [hoster.example]\naccounts:\n"
                                 "  example.net: { source: fake, server: autoconfig }\n"
                                 "  mail.example: { source: fake, server: \"pop.mail.example:995\" }\n";
        named_.read(config::read_yaml_text(text, "test", problems), problems);
        EXPECT_FALSE(problems.has_errors());
        const auto resolved = named_.resolve(test::OneConnector(connector_));
        EXPECT_TRUE(resolved) << resolved.error().to_string();
    }
    Outcome<RemoteServer> locate(const std::string& domain = "example.net") {
        return node_->runtime.run(locator_->locate(named_.find_domain(domain)));
    }

    ScriptedNameServer dns_;
    Settings named_;
    std::unique_ptr<Locator> locator_;
};

TEST_F(Located, AskedOnceAnHour) {
    const std::string name = "_fakes._tcp.example.net";
    dns_.srv(name, 5, 0, 1995, "a.hoster.example");
    auto server = locate();
    ASSERT_TRUE(server) << server.error().to_string();
    EXPECT_EQ(server->host, "a.hoster.example");
    EXPECT_EQ(server->port, 1995);
    const int questions = dns_.questions;
    dns_.srv(name, 1, 0, 995, "b.example.net");
    clock_ += 3599;
    EXPECT_EQ(locate()->host, "a.hoster.example");
    EXPECT_EQ(dns_.questions, questions);
    clock_ += 1;
    EXPECT_EQ(locate()->host, "b.example.net");
    EXPECT_GT(dns_.questions, questions);
}

TEST_F(Located, TroublePassesAndIsNotAskedAboutAtOnce) {
    dns_.fail = true;
    EXPECT_EQ(locate().error().kind, FaultKind::offline);
    const int questions = dns_.questions;
    dns_.fail = false;
    dns_.srv("_fake._tcp.example.net", 0, 0, 110, "pop.example.net");
    clock_ += 59;
    EXPECT_FALSE(locate());
    EXPECT_EQ(dns_.questions, questions);
    clock_ += 1;
    EXPECT_EQ(locate()->tls, RemoteTls::starttls);
}

TEST_F(Located, MailExchangesLeadToAProviderThatIsNamed) {
    dns_.mx("example.net", 5, "mx.unknown.example");
    dns_.mx("example.net", 10, "mx1.mail.example");
    auto server = locate();
    ASSERT_TRUE(server) << server.error().to_string();
    EXPECT_EQ(server->host, "pop.mail.example");
    EXPECT_EQ(server->port, 995);
}

TEST_F(Located, WhatIsSaidNotToBeThereIsNotGuessed) {
    dns_.srv("_fakes._tcp.example.net", 0, 0, 0, "");
    dns_.mx("example.net", 10, "mx1.mail.example");
    EXPECT_EQ(locate().error().kind, FaultKind::permanent);
}

TEST_F(Located, NobodyIsAskedAboutAServerThatIsNamed) {
    EXPECT_EQ(locate("mail.example")->host, "pop.mail.example");
    EXPECT_EQ(dns_.questions, 0);
    EXPECT_EQ(locate().error().kind, FaultKind::permanent) << "nothing is known of it";
}

}  // namespace
}  // namespace postern::gateway
