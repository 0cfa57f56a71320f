// The daemon's command line.
#include "kernel/app/options.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace postern::app {
namespace {

Result<Options> parse(std::vector<const char*> arguments) {
    arguments.insert(arguments.begin(), "postern");
    return parse_options(static_cast<int>(arguments.size()), arguments.data());
}

TEST(Options, Defaults) {
    const auto options = parse({});
    ASSERT_TRUE(options);
    EXPECT_EQ(options->config, "/etc/postern/postern.yaml");
    EXPECT_FALSE(options->check);
}

TEST(Options, ConfigAndCheckTakeAFile) {
    EXPECT_EQ(parse({"--config", "a.yaml"})->config, "a.yaml");
    const auto check = parse({"--check=b.yaml"});
    ASSERT_TRUE(check);
    EXPECT_TRUE(check->check);
    EXPECT_EQ(check->config, "b.yaml");
    EXPECT_TRUE(parse({"--help"})->help);
    EXPECT_TRUE(parse({"--version"})->version);
}

TEST(Options, MistakesAreSentences) {
    EXPECT_EQ(parse({"--confg", "x"}).error().text, "unrecognised option '--confg'");
    EXPECT_FALSE(parse({"stray"}));
    EXPECT_FALSE(parse({"--check"}));
}

}  // namespace
}  // namespace postern::app
