// All extensions of the profile "everything" together, and what docs/imap.md says of them.
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "tests/imap/support/fixture.hpp"

namespace postern::imap::test {
namespace {

std::string read_source(const std::string& path) {
    std::ifstream in(std::string(POSTERN_TEST_DATA) + "/../" + path);
    EXPECT_TRUE(in) << path;
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
}

/// Libraries of a profile, with those of the profile it includes.
std::vector<std::string> libraries_of(const std::string& profile) {
    std::vector<std::string> all;
    std::istringstream lines(read_source("config/profiles/" + profile + ".yaml"));
    static const std::regex entry(R"(- ([a-z0-9-]+)(: .*)?)");
    std::smatch found;
    for (std::string line; std::getline(lines, line);) {
        if (!std::regex_match(line, found, entry)) continue;
        if (found[1] != "imap-extensions") {
            all.push_back(found[1]);
            continue;
        }
        for (std::string& name : libraries_of(found[2].str().substr(2))) all.push_back(std::move(name));
    }
    return all;
}

/// Capabilities named in the table of docs/imap.md.
std::set<std::string> documented() {
    std::set<std::string> all;
    std::istringstream lines(read_source("docs/imap.md"));
    for (std::string line; std::getline(lines, line);) {
        if (!line.starts_with("| ") || line.starts_with("| capability")) continue;
        std::istringstream names(line.substr(2, line.find(" |", 2) - 2));
        for (std::string name; std::getline(names, name, ',');) {
            all.insert(name.substr(name.find_first_not_of(' ')));
        }
    }
    return all;
}

using Profile = ImapFixture;

TEST_F(Profile, WhatIsAnnouncedIsDocumented) {
    for (const std::string& library : libraries_of("everything")) load(library);
    Client& client = sign_in();
    const std::set<std::string> known = documented();
    std::istringstream tokens(client.command("CAPABILITY").lines().at(0).substr(13));
    std::size_t count = 0;
    for (std::string token; tokens >> token; ++count) {
        const bool value_varies = !known.contains(token) && known.contains(token.substr(0, token.find('=')));
        EXPECT_TRUE(known.contains(token) || value_varies) << token << " is not in docs/imap.md";
    }
    EXPECT_GE(count, known.size() / 2);
}

TEST_F(Profile, EverythingTogetherIsStillAMailServer) {
    for (const std::string& library : libraries_of("everything")) load(library);
    deliver("INBOX", 4);
    Client& client = open();
    EXPECT_EQ(client.command("FETCH 2 UID").text(), "* 2 FETCH (UID 2)\n");
    EXPECT_EQ(client.command("SEARCH SUBJECT \"Letter 3\"").text(), "* SEARCH 3\n");
    EXPECT_TRUE(client.command("APPEND INBOX {14}\r\nSubject: a\r\n\r\n").ok());
    EXPECT_TRUE(client.command("STORE 1 +FLAGS.SILENT (\\Deleted)").ok());
    EXPECT_EQ(client.command("EXPUNGE").lines("EXPUNGE"), std::vector<std::string>{"* 1 EXPUNGE"});
    EXPECT_TRUE(client.command("COPY 1:* Archive").ok());
    EXPECT_EQ(client.command("STATUS Archive (MESSAGES)").text(), "* STATUS Archive (MESSAGES 4)\n");
    EXPECT_EQ(client.view.messages.size(), 4U);
    EXPECT_TRUE(client.command("LOGOUT").ok());
}

}  // namespace
}  // namespace postern::imap::test
