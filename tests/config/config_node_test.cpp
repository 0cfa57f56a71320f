// Typed getters of a plugin's settings, and the texts of their complaints.
#include "postern/config/config_node.hpp"

#include <gtest/gtest.h>

#include "postern/config/nearest.hpp"

namespace postern {
namespace {

using std::chrono::milliseconds;

ConfigNode scalar(std::string text, int line = 1) {
    auto data = std::make_shared<ConfigNode::Data>();
    data->kind = ConfigNode::Kind::scalar;
    data->place = {"f.yaml", line, 7};
    data->scalar = std::move(text);
    return ConfigNode(data);
}

ConfigNode map(std::vector<std::pair<std::string, ConfigNode>> fields) {
    auto data = std::make_shared<ConfigNode::Data>();
    data->kind = ConfigNode::Kind::map;
    data->place = {"f.yaml", 1, 1};
    int line = 1;
    for (auto& field : fields) {
        data->field_places.push_back({"f.yaml", line++, 1});
        data->fields.push_back(std::move(field));
    }
    return ConfigNode(data);
}

std::string first_text(const Diagnostics& problems) {
    return problems.entries().empty() ? "" : problems.entries().front().text;
}

TEST(ConfigNode, AMissingChildIsMissingAndKnowsItsPlace) {
    const auto node = map({{"a", scalar("1")}});
    EXPECT_FALSE(node["b"].exists());
    EXPECT_EQ(node["b"].place().to_string(), "f.yaml:1:1");
    EXPECT_EQ(node["a"].text(), "1");
}

TEST(ConfigNode, GettersAnswerTheFallbackWithoutComplaintWhenTheKeyIsAbsent) {
    Diagnostics problems;
    const ConfigNode node;
    EXPECT_EQ(node.get_string("k", "x", problems), "x");
    EXPECT_TRUE(node.get_bool("k", true, problems));
    EXPECT_EQ(node.get_int("k", 5, 0, 9, problems), 5);
    EXPECT_EQ(node.get_duration("k", milliseconds(3), problems), milliseconds(3));
    EXPECT_EQ(node.get_size("k", 7, problems), 7U);
    EXPECT_TRUE(problems.entries().empty());
}

TEST(ConfigNode, DurationsHaveUnits) {
    const std::pair<const char*, milliseconds> table[] = {
        {"250ms", milliseconds(250)},      {"30s", milliseconds(30'000)},     {"5m", milliseconds(300'000)},
        {"2h", milliseconds(7'200'000)},   {"30d", milliseconds(2592000000)}, {"10", milliseconds(10'000)},
        {"1w", milliseconds(604'800'000)},
    };
    for (const auto& [text, value] : table) {
        Diagnostics problems;
        EXPECT_EQ(map({{"poll", scalar(text)}}).get_duration("poll", milliseconds(0), problems), value)
            << text;
        EXPECT_FALSE(problems.has_errors()) << text;
    }
    for (const char* text : {"", "x", "5 m", "-5m", "5y", "99999999999999999999s", "9223372036854775807d"}) {
        Diagnostics problems;
        EXPECT_EQ(map({{"poll", scalar(text)}}).get_duration("poll", milliseconds(1), problems),
                  milliseconds(1));
        EXPECT_TRUE(problems.has_errors()) << text;
        EXPECT_NE(first_text(problems).find("30s, 5m, 2h"), std::string::npos);
    }
}

TEST(ConfigNode, SizesArePowersOf1024) {
    Diagnostics problems;
    EXPECT_EQ(map({{"s", scalar("64k")}}).get_size("s", 0, problems), 65536U);
    EXPECT_EQ(map({{"s", scalar("50M")}}).get_size("s", 0, problems), 50U << 20);
    EXPECT_EQ(map({{"s", scalar("2GB")}}).get_size("s", 0, problems), 2ULL << 30);
    EXPECT_FALSE(problems.has_errors());
    map({{"s", scalar("2X")}}).get_size("s", 0, problems);
    EXPECT_TRUE(problems.has_errors());
}

TEST(ConfigNode, WrongTypesAndRangesAreReportedWithPlaceAndMeaning) {
    Diagnostics problems;
    const auto node = map({{"n", scalar("70000", 4)}, {"b", scalar("maybe", 5)}, {"m", map({})}});
    EXPECT_EQ(node.get_int("n", 1, 0, 65535, problems), 1);
    EXPECT_EQ(node.get_bool("b", false, problems), false);
    EXPECT_EQ(node.get_string("m", "d", problems), "d");
    EXPECT_FALSE(node.require_string("absent", problems).has_value());
    ASSERT_EQ(problems.entries().size(), 4U);
    EXPECT_EQ(problems.entries()[0].place.to_string(), "f.yaml:4:7");
    EXPECT_EQ(problems.entries()[0].text, "`n` is \"70000\" but must be a number from 0 to 65535");
    EXPECT_EQ(problems.entries()[1].text, "`b` is \"maybe\" but must be `yes` or `no`");
    EXPECT_EQ(problems.entries()[2].text, "`m` must be text, not a map of keys and values");
    EXPECT_EQ(problems.entries()[3].text, "`absent` is missing");
}

TEST(ConfigNode, UnknownKeysSuggestTheNearest) {
    Diagnostics problems;
    map({{"pol", scalar("5m")}, {"zzzzz", scalar("1")}}).check_keys({"poll", "server"}, problems);
    ASSERT_EQ(problems.entries().size(), 2U);
    EXPECT_EQ(problems.entries()[0].text, "unknown key `pol`; did you mean `poll`?");
    EXPECT_EQ(problems.entries()[1].text, "unknown key `zzzzz`; known are: poll, server");
}

TEST(Nearest, FindsTyposAndStaysSilentOtherwise) {
    const std::vector<std::string_view> known = {"imap", "imap-idle", "imap-move", "gateway"};
    EXPECT_EQ(nearest_name("gatway", known), "gateway");
    EXPECT_EQ(nearest_name("gaetway", known), "gateway");
    EXPECT_EQ(nearest_name("IMAP", known), "imap");
    EXPECT_EQ(nearest_name("imap-idel", known), "imap-idle");
    EXPECT_EQ(nearest_name("sieve", known), "");
}

TEST(Diagnostics, TheSameFindingIsKeptOnce) {
    Diagnostics problems;
    problems.error({"f", 1, 2}, "x");
    problems.error({"f", 1, 2}, "x");
    problems.warning({"f", 2, 2}, "x");
    EXPECT_EQ(problems.entries().size(), 2U);
}

}  // namespace
}  // namespace postern
