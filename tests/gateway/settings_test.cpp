#include "gateway/settings.hpp"

#include <gtest/gtest.h>

#include "kernel/config/yaml_reader.hpp"

namespace postern::gateway {
namespace {

Settings read(const std::string& text, Diagnostics& problems) {
    Settings settings;
    settings.read(config::read_yaml_text(text, "test", problems), problems);
    return settings;
}

TEST(Settings, DomainsAndTheRest) {
    Diagnostics problems;
    const auto settings = read(
        "accounts:\n"
        "  Example.NET: { source: connector-pop3, server: \"pop.example.net:995\", tls: implicit, poll: 5m "
        "}\n"
        "  \"*\": { source: connector-pop3, server: \"127.0.0.1:1110\", tls: none, poll: 2s, absence: 2s }\n",
        problems);
    EXPECT_FALSE(problems.has_errors());
    const auto* named = settings.find("User@example.net");
    ASSERT_NE(named, nullptr);
    EXPECT_EQ(named->server.host, "pop.example.net");
    EXPECT_EQ(named->server.port, 995);
    EXPECT_TRUE(named->server.verify);
    EXPECT_EQ(named->policy.poll, Seconds(300));
    EXPECT_EQ(named->policy.poll_active, Seconds(75));
    const auto* rest = settings.find("test1");
    ASSERT_NE(rest, nullptr);
    EXPECT_EQ(rest->policy.poll_active, Seconds(2));
    EXPECT_EQ(rest->policy.absence, Seconds(2));
    EXPECT_FALSE(rest->server.verify);
    EXPECT_EQ(settings.find("a@elsewhere.org"), rest);
}

TEST(Settings, OnlyNamedDomains) {
    Diagnostics problems;
    const auto settings = read("accounts: { example.net: { source: x, server: h } }", problems);
    EXPECT_EQ(settings.find("a@example.org"), nullptr);
    EXPECT_EQ(settings.find("a"), nullptr);
    EXPECT_NE(settings.find("a@example.net"), nullptr);
}

TEST(Settings, WhatDeletesAtTheProvider) {
    using RemoteDelete = Policy::RemoteDelete;
    const auto policy = [](const std::string& word) {
        Diagnostics problems;
        const auto settings =
            read("accounts: { a.net: { source: x, server: h, remote_delete: " + word + " } }", problems);
        EXPECT_FALSE(problems.has_errors()) << word;
        return settings.find("u@a.net")->policy;
    };
    EXPECT_EQ(policy("never").remote_delete, RemoteDelete::never);
    EXPECT_EQ(policy("on-download").remote_delete, RemoteDelete::on_download);
    EXPECT_EQ(policy("on-trash").remote_delete, RemoteDelete::on_trash);
    EXPECT_EQ(policy("after-30-days").remote_delete, RemoteDelete::after_days);
    EXPECT_EQ(policy("after-30-days").keep_remote, Seconds(30 * 86400));
}

TEST(Settings, CertificateAuthorities) {
    Diagnostics problems;
    const auto settings =
        read("accounts: { a.net: { source: x, server: localhost, ca: /dev/null } }", problems);
    EXPECT_FALSE(problems.has_errors());
    EXPECT_EQ(settings.find("u@a.net")->server.ca_file, "/dev/null");
    EXPECT_TRUE(settings.find("u@a.net")->server.verify) << "whoever names authorities wants them asked";
}

TEST(Settings, AuthorizationServers) {
    Diagnostics problems;
    const auto settings = read(
        "oauth: { some: { token: \"https://a/t\", device: \"https://a/d\", client_id: c } }\n"
        "accounts: { a.net: { source: x, server: h, oauth: some }, b.net: { source: x, server: h } }",
        problems);
    EXPECT_FALSE(problems.has_errors());
    EXPECT_EQ(settings.find("u@a.net")->oauth->client_id, "c");
    EXPECT_EQ(settings.find("u@b.net")->oauth, nullptr);
}

TEST(Settings, MistakesAreFound) {
    for (const auto* text : {"accounts: { a: { server: h } }", "accounts: { a: { source: x } }",
                             "accounts: { a: { source: x, server: \"h:99999\" } }",
                             "accounts: { a: { source: x, server: \":1\" } }",
                             "accounts: { a: { source: x, server: h, tls: maybe } }",
                             "accounts: { a: { source: x, server: h, vanish: always } }",
                             "accounts: { a: { source: x, server: h, remote_delete: after-0-days } }",
                             "accounts: { a: { source: x, server: h, remote_delete: after-x-days } }",
                             "accounts: { a: { source: x, server: h, remote_delete: always } }",
                             "accounts: { a: { source: x, server: h, ca: /no/such/file } }",
                             "accounts: { a: { source: x, server: h, login: short } }",
                             "accounts: { a: { source: x, server: h, oauth: nobody } }",
                             "accounts: { \"*\": { source: x, server: autoconfig } }",
                             "accounts: { a: { source: x, server: h, pol: 5m } }"}) {
        Diagnostics problems;
        read(text, problems);
        EXPECT_TRUE(problems.has_errors()) << text;
    }
}

TEST(Settings, Ipv6AndLocalPart) {
    Diagnostics problems;
    const auto settings = read(
        "accounts: { \"*\": { source: x, server: \"[::1]:110\", tls: none, login: local-part } }", problems);
    const auto* provider = settings.find("a.b@example.net");
    EXPECT_EQ(provider->server.host, "::1");
    EXPECT_EQ(provider->server.port, 110);
    EXPECT_EQ(provider->remote_login("a.b@example.net"), "a.b");
    EXPECT_EQ(provider->remote_login("plain"), "plain");
}

TEST(Brake, CountAndShare) {
    const Brake brake{20, 20};
    EXPECT_FALSE(brake.exceeded(20, 50));
    EXPECT_TRUE(brake.exceeded(21, 50));
    EXPECT_FALSE(brake.exceeded(200, 1000));
    EXPECT_TRUE(brake.exceeded(201, 1000));
}

}  // namespace
}  // namespace postern::gateway
