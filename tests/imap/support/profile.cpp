#include "tests/imap/support/profile.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <regex>
#include <sstream>

namespace postern::imap::test {

std::string read_source(const std::string& path) {
    std::string name = POSTERN_TEST_DATA "/../";
    name += path;
    std::ifstream in(name);
    EXPECT_TRUE(in) << path;
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
}

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

}  // namespace postern::imap::test
