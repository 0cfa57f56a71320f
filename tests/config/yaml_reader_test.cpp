// YAML becomes a tree that knows where everything stands.
#include "kernel/config/yaml_reader.hpp"

#include <gtest/gtest.h>

namespace postern::config {
namespace {

TEST(YamlReader, KeepsPlacesOfKeysAndValues) {
    Diagnostics problems;
    const auto root = read_yaml_text("a: 1\nlist:\n  - x\n  - y: 2\n", "f.yaml", problems);
    EXPECT_FALSE(problems.has_errors());
    EXPECT_EQ(root["a"].place().to_string(), "f.yaml:1:4");
    EXPECT_EQ(root.key_place(1).to_string(), "f.yaml:2:1");
    ASSERT_EQ(root["list"].items().size(), 2U);
    EXPECT_EQ(root["list"].items()[1]["y"].place().to_string(), "f.yaml:4:8");
}

TEST(YamlReader, NullAndQuotedTextDiffer) {
    Diagnostics problems;
    const auto root = read_yaml_text("a:\nb: ~\nc: \"\"\nd: 'null'\n", "f", problems);
    EXPECT_EQ(root["a"].kind(), ConfigNode::Kind::null);
    EXPECT_EQ(root["b"].kind(), ConfigNode::Kind::null);
    EXPECT_EQ(root["c"].kind(), ConfigNode::Kind::scalar);
    EXPECT_EQ(root["d"].text(), "null");
}

TEST(YamlReader, AnchorsAreFollowed) {
    Diagnostics problems;
    const auto root = read_yaml_text("a: &x {k: v}\nb: *x\n", "f", problems);
    EXPECT_EQ(root["b"]["k"].text(), "v");
}

TEST(YamlReader, MistakesHaveAPlace) {
    struct Row {
        const char* text;
        const char* place;
        const char* part;
    };
    const Row table[] = {
        {"a: 1\na: 2\n", "f:2:1", "given twice; first at line 1"},
        {"a: [1\n", "f:2:1", "not valid YAML"},
        {"a: 1\n---\nb: 2\n", "f:3:1", "second document"},
        {"", "f:1:1", "empty"},
        {"a: &x [*x]\n", "f:1:8", "alias"},
        {"a: b: c\n", "f:1:5", "not valid YAML"},
    };
    for (const auto& row : table) {
        Diagnostics problems;
        read_yaml_text(row.text, "f", problems);
        ASSERT_FALSE(problems.entries().empty()) << row.text;
        EXPECT_EQ(problems.entries()[0].place.to_string(), row.place)
            << row.text << problems.entries()[0].text;
        EXPECT_NE(problems.entries()[0].text.find(row.part), std::string::npos) << problems.entries()[0].text;
    }
}

TEST(YamlReader, DeepNestingIsRefused) {
    Diagnostics problems;
    read_yaml_text(std::string(5000, '['), "f", problems);
    EXPECT_TRUE(problems.has_errors());
}

TEST(YamlReader, AFileThatIsNotThereIsNamed) {
    Diagnostics problems;
    read_yaml_file("/nonexistent/postern.yaml", problems);
    ASSERT_EQ(problems.entries().size(), 1U);
    EXPECT_EQ(problems.entries()[0].place.to_string(), "/nonexistent/postern.yaml");
    EXPECT_NE(problems.entries()[0].text.find("No such file"), std::string::npos);
}

}  // namespace
}  // namespace postern::config
