#include "gateway/autoconfig.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace postern::gateway {
namespace {

std::string server(const std::string& type, const std::string& socket, const std::string& more = "",
                   const std::string& authentication = "password-cleartext") {
    return "<incomingServer type=\"" + type + "\">\n<hostname>" + type +
           ".%EMAILDOMAIN%</hostname><port>99</port>" + "<socketType>" + socket +
           "</socketType><authentication>" + authentication + "</authentication>" + more +
           "</incomingServer>";
}
std::string file(const std::string& servers) {
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- a note -->\n<clientConfig version=\"1.1\">\n"
           "<emailProvider id=\"example.net\"><domain>example.net</domain>" +
           servers + "<outgoingServer type=\"smtp\"/></emailProvider></clientConfig>";
}

TEST(Autoconfig, TheFirstThatFits) {
    const auto entry = parse_autoconfig(file(server("imap", "SSL") + server("pop3", "plain") +
                                             server("pop3", "STARTTLS") + server("pop3", "SSL")),
                                        "pop3", "example.net");
    ASSERT_TRUE(entry) << entry.error().to_string();
    EXPECT_EQ(entry->server.host, "pop3.example.net");
    EXPECT_EQ(entry->server.port, 99);
    EXPECT_EQ(entry->server.tls, RemoteTls::implicit);
    EXPECT_TRUE(entry->server.verify);
    EXPECT_FALSE(entry->local_part_only);
}

TEST(Autoconfig, Names) {
    const auto with = [](const std::string& name) {
        return parse_autoconfig(file(server("imap", "STARTTLS", "<username>" + name + "</username>")), "imap",
                                "example.net");
    };
    EXPECT_FALSE(with("%EMAILADDRESS%")->local_part_only);
    EXPECT_TRUE(with("%EMAILLOCALPART%")->local_part_only);
    EXPECT_FALSE(with("%EMAILLOCALPART%@%EMAILDOMAIN%")->local_part_only);
    EXPECT_FALSE(with("someone")) << "a name that is not the user's";
}

TEST(Autoconfig, NothingThatFits) {
    for (const auto& servers : {std::string(), server("imap", "SSL"), server("pop3", "plain"),
                                server("pop3", "SSL", "", "OAuth2")}) {
        const auto entry = parse_autoconfig(file(servers), "pop3", "example.net");
        ASSERT_FALSE(entry);
        EXPECT_EQ(entry.error().code, Errc::not_found);
    }
}

TEST(Autoconfig, NoAutoconfig) {
    std::string deep;
    for (int i = 0; i < 100'000; ++i) deep += "<a>";
    EXPECT_EQ(parse_autoconfig(deep, "pop3", "example.net").error().code, Errc::invalid);
    for (const auto* text : {"", "no xml", "<clientConfig>", "<clientConfig/>", "<a><b></a></b>"}) {
        const auto entry = parse_autoconfig(text, "pop3", "example.net");
        ASSERT_FALSE(entry) << text;
        EXPECT_EQ(entry.error().code, Errc::invalid) << text;
    }
}

TEST(Autoconfig, Files) {
    const auto folder =
        std::filesystem::temp_directory_path() / ("postern-autoconfig-" + std::to_string(getpid()));
    std::filesystem::create_directories(folder);
    std::ofstream(folder / "example.net.xml") << file(server("pop3", "SSL"));
    EXPECT_TRUE(read_autoconfig(folder, "pop3", "example.net"));
    EXPECT_EQ(read_autoconfig(folder, "pop3", "example.org").error().code, Errc::not_found);
    EXPECT_EQ(read_autoconfig(folder, "pop3", "../example.net").error().code, Errc::invalid);
    std::ofstream(folder / "long.xml") << std::string(300'000, ' ');
    EXPECT_EQ(read_autoconfig(folder, "pop3", "long").error().code, Errc::invalid);
    std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace postern::gateway
