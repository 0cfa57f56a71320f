// The kernel's part of the configuration file: everything that is wrong is found, with its place.
#include "kernel/config/server_config.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "kernel/config/yaml_reader.hpp"
#include "kernel/net/client_certificates.hpp"

namespace postern::config {
namespace {

namespace fs = std::filesystem;

class ServerConfigTest : public testing::Test {
protected:
    void SetUp() override {
        folder_ = fs::temp_directory_path() / ("postern-config-" + std::to_string(getpid()));
        fs::create_directories(folder_ / "profiles");
    }
    void TearDown() override { fs::remove_all(folder_); }

    void profile(const std::string& name, const std::string& text) {
        std::ofstream(folder_ / "profiles" / (name + ".yaml")) << text;
    }
    ServerConfig read(const std::string& text) {
        const auto root = read_yaml_text(text, "p.yaml", problems_);
        return read_server_config(root, "p.yaml", {(folder_ / "profiles").string()}, problems_);
    }
    bool reported(const std::string& place, const std::string& part) const {
        for (const auto& e : problems_.entries()) {
            if (e.place.to_string() == place && e.text.find(part) != std::string::npos) return true;
        }
        return false;
    }
    std::string all() const {
        std::string out;
        for (const auto& e : problems_.entries()) out += e.place.to_string() + ": " + e.text + "\n";
        return out;
    }

    fs::path folder_;
    Diagnostics problems_;
};

TEST_F(ServerConfigTest, ReadsHowUsersSignIn) {
    const auto config = read(R"(postern: 1
tls: { certificate: /etc/c.pem }
plugins: [imap]
listeners:
  - { protocol: imap, address: "*:993", tls: implicit, client_certificates: { authorities: /etc/a.pem, account: common_name } }
  - { protocol: imap, address: "*:994", tls: implicit, client_certificates: { authorities: a.pem } }
  - { protocol: imap, address: "*:995", tls: implicit }
auth: { scram_iterations: 5000, mechanisms: [PLAIN, scram-sha-256], anonymous: guests }
)");
    ASSERT_FALSE(problems_.has_errors()) << all();
    ASSERT_EQ(config.listeners.size(), 3U);
    EXPECT_EQ(config.listeners[0].client_authorities, "/etc/a.pem");
    EXPECT_EQ(config.listeners[0].client_account, net::CertificateField::common_name);
    EXPECT_TRUE(config.listeners[1].client_authorities.ends_with("/a.pem"));
    EXPECT_EQ(config.listeners[1].client_account, net::CertificateField::email);
    EXPECT_EQ(config.listeners[2].client_authorities, "");
    EXPECT_EQ(config.auth.scram_iterations, 5000);
    EXPECT_EQ(config.auth.mechanisms, (std::vector<std::string>{"PLAIN", "scram-sha-256"}));
    EXPECT_EQ(config.auth.anonymous, "guests");
}

TEST_F(ServerConfigTest, MistakesAboutSigningInAreFound) {
    read(R"(postern: 1
tls: { certificate: /etc/c.pem }
plugins: [imap]
listeners:
  - { protocol: imap, address: "*:143", client_certificates: { authorities: a.pem } }
  - { protocol: imap, address: "*:993", tls: implicit, client_certificates: { account: email } }
  - { protocol: imap, address: "*:994", tls: implicit, client_certificates: { authorities: a.pem, account: mail } }
auth: { scram_iterations: 1000 }
)");
    EXPECT_TRUE(reported("p.yaml:5:62", "has no TLS")) << all();
    EXPECT_TRUE(reported("p.yaml:6:77", "authorities")) << all();
    EXPECT_TRUE(reported("p.yaml:7:108", "cannot be \"mail\"")) << all();
    EXPECT_TRUE(reported("p.yaml:8:27", "4096")) << all();
}

TEST_F(ServerConfigTest, ReadsTheWholeFile) {
    const auto config = read(R"(postern: 1
server: { name: mail.example.org, data: /var/lib/postern, cores: 2 }
tls: { certificate: /etc/c.pem, key: /etc/k.pem }
plugins:
  - store-sqlite: { sync: full }
  - imap
listeners:
  - { protocol: imap, address: "[::]:143", tls: starttls }
  - { protocol: imap, address: "127.0.0.1:993", tls: implicit, max_connections: 5 }
users: { demo: "demo" }
auth: { rates: no, window: 1m }
mail: { sync_flags: no, content_cache: 1M, search_index: no }
)");
    ASSERT_FALSE(problems_.has_errors()) << all();
    EXPECT_FALSE(config.mail.sync_flags);
    EXPECT_FALSE(config.mail.search_index);
    EXPECT_EQ(config.mail.index_cache, 16U << 20);
    EXPECT_EQ(config.mail.content_cache, 1U << 20);
    EXPECT_EQ(config.mail.message_cache, 96U << 20);
    EXPECT_EQ(config.server.name, "mail.example.org");
    EXPECT_EQ(config.server.data, "/var/lib/postern");
    ASSERT_EQ(config.plugins.size(), 2U);
    EXPECT_EQ(config.plugins[0].name, "store-sqlite");
    EXPECT_EQ(config.plugins[0].settings["sync"].text(), "full");
    ASSERT_EQ(config.listeners.size(), 2U);
    EXPECT_EQ(config.listeners[0].info.address, "[::]:143");
    EXPECT_EQ(config.listeners[1].info.tls, ListenerInfo::Tls::implicit);
    EXPECT_EQ(config.listeners[1].max_connections, 5U);
    ASSERT_EQ(config.users.size(), 1U);
    EXPECT_FALSE(config.auth.rates);
    EXPECT_EQ(config.auth.window, std::chrono::minutes(1));
}

TEST_F(ServerConfigTest, FindsEveryMistakeNotTheFirst) {
    read(R"(postern: 2
server: { nmae: x, cores: many }
plugins:
  - imap: { a: 1 }
    imap-idle: {}
  - 
listeners:
  - { protocol: imap, address: "localhost:143" }
  - { adress: "127.0.0.1:1" }
  - { protocol: imap, address: "127.0.0.1:99999" }
  - { protocol: imap, address: "127.0.0.1:993", tls: implict }
  - { protocol: imap, address: "127.0.0.1:994", tls: implicit }
users: { demo: }
log: { level: loud }
)");
    EXPECT_TRUE(reported("p.yaml:1:10", "this daemon reads `postern: 1`")) << all();
    EXPECT_TRUE(reported("p.yaml:2:11", "did you mean `name`?")) << all();
    EXPECT_TRUE(reported("p.yaml:2:27", "number from 0 to 1024")) << all();
    EXPECT_TRUE(reported("p.yaml:4:5", "each plugin is one item")) << all();
    EXPECT_TRUE(reported("p.yaml:8:32", "no address to listen on")) << all();
    EXPECT_TRUE(reported("p.yaml:9:5", "`address` is missing")) << all();
    EXPECT_TRUE(reported("p.yaml:10:32", "no address to listen on")) << all();
    EXPECT_TRUE(reported("p.yaml:11:54", "did you mean `implicit`?")) << all();
    EXPECT_TRUE(reported("p.yaml:12:54", "there is no certificate")) << all();
    EXPECT_TRUE(reported("p.yaml:13:10", "needs a password")) << all();
    EXPECT_TRUE(reported("p.yaml:14:15", "known are: debug")) << all();
}

TEST_F(ServerConfigTest, SectionsNobodyKnowsAreReported) {
    Diagnostics problems;
    const auto root =
        read_yaml_text("postern: 1\nlisteners: []\nlisteneers: []\naccounts: {}\n", "p", problems);
    check_sections(root, {"accounts"}, problems);
    ASSERT_EQ(problems.entries().size(), 1U);
    EXPECT_EQ(problems.entries()[0].text, "unknown key `listeneers`; did you mean `listeners`?");
}

TEST_F(ServerConfigTest, ProfilesExpandInPlace) {
    profile("mobile", "- imap-idle\n- imap-move: { limit: 3 }\n- base: inner\n");
    profile("inner", "- imap-id\n");
    const auto config = read("postern: 1\nplugins:\n  - imap\n  - imap-extensions: mobile\n  - gateway\n");
    ASSERT_FALSE(problems_.has_errors()) << all();
    std::vector<std::string> names;
    for (const auto& p : config.plugins) names.push_back(p.name);
    EXPECT_EQ(names, (std::vector<std::string>{"imap", "imap-idle", "imap-move", "imap-id", "gateway"}));
    EXPECT_EQ(config.plugins[2].settings["limit"].text(), "3");
}

TEST_F(ServerConfigTest, TheListsSettingsWinOverAProfiles) {
    profile("mobile", "- imap-idle: { keepalive: 1 }\n");
    const auto config = read("postern: 1\nplugins:\n  - x: mobile\n  - imap-idle: { keepalive: 2 }\n");
    ASSERT_FALSE(problems_.has_errors()) << all();
    ASSERT_EQ(config.plugins.size(), 1U);
    EXPECT_EQ(config.plugins[0].settings["keepalive"].text(), "2");
}

TEST_F(ServerConfigTest, InlineListsAndOptionalPlugins) {
    const auto config = read("postern: 1\nplugins:\n  - x: [imap-idle, imap-id: {optional: yes, a: 1}]\n");
    ASSERT_FALSE(problems_.has_errors()) << all();
    ASSERT_EQ(config.plugins.size(), 2U);
    EXPECT_FALSE(config.plugins[0].optional);
    EXPECT_TRUE(config.plugins[1].optional);
    EXPECT_FALSE(config.plugins[1].settings["optional"].exists());
    EXPECT_EQ(config.plugins[1].settings["a"].text(), "1");
}

TEST_F(ServerConfigTest, ProfileMistakes) {
    profile("mobile", "- imap-idle\n");
    profile("loop", "- x: loop\n");
    read("postern: 1\nplugins:\n  - x: mobil\n  - y: loop\n  - imap\n  - imap\n");
    EXPECT_TRUE(reported("p.yaml:3:8", "did you mean `mobile`?")) << all();
    EXPECT_TRUE(reported((folder_ / "profiles/loop.yaml").string() + ":1:6", "contains itself")) << all();
    EXPECT_TRUE(reported("p.yaml:6:5", "listed twice; first at p.yaml:5:5")) << all();
}

TEST_F(ServerConfigTest, RelativePathsStartAtTheFile) {
    EXPECT_EQ(resolve_path("/etc/postern/postern.yaml", "tls.pem"), "/etc/postern/tls.pem");
    EXPECT_EQ(resolve_path("/etc/postern/postern.yaml", "/x/y"), "/x/y");
}

TEST(Endpoint, Parse) {
    EXPECT_EQ(net::parse_endpoint("*:143")->to_string(), "[::]:143");
    EXPECT_EQ(net::parse_endpoint("[::1]:0")->to_string(), "[::1]:0");
    EXPECT_EQ(net::parse_endpoint("127.0.0.1:65535")->port, 65535);
    for (const char* bad :
         {"", ":", "127.0.0.1", "::1:143", "[127.0.0.1]:1", "host:1", "127.0.0.1:-1", "[]:1"}) {
        EXPECT_FALSE(net::parse_endpoint(bad).has_value()) << bad;
    }
    EXPECT_TRUE(net::is_loopback_address("::ffff:127.0.0.1"));
    EXPECT_TRUE(net::is_loopback_address("::1"));
    EXPECT_FALSE(net::is_loopback_address("::ffff:10.0.0.1"));
    EXPECT_FALSE(net::is_loopback_address("x"));
}

}  // namespace
}  // namespace postern::config
