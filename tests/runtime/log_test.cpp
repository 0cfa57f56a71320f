// Log lines stay lines whatever is in them.
#include "kernel/runtime/log.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace postern::runtime {
namespace {

std::string formatted(const LogField& field) {
    std::string out;
    append_field(out, field);
    return out;
}

TEST(Log, FieldsAreEscaped) {
    EXPECT_EQ(formatted({"k", "plain"}), " k=plain");
    EXPECT_EQ(formatted({"k", ""}), " k=\"\"");
    EXPECT_EQ(formatted({"k", "two words"}), " k=\"two words\"");
    EXPECT_EQ(formatted({"k", "a=\"b\"\\"}), " k=\"a=\\\"b\\\"\\\\\"");
    EXPECT_EQ(formatted({"k", std::string_view("x\r\ny\0\x1b", 6)}), " k=\"x\\r\\ny\\x00\\x1b\"");
    EXPECT_EQ(formatted({"k", "grün"}), " k=grün");
    EXPECT_EQ(formatted({"n", -5}), " n=-5");
    EXPECT_EQ(formatted({"n", std::uint64_t{18446744073709551615U}}), " n=18446744073709551615");
    EXPECT_EQ(formatted({"b", true}), " b=true");
}

TEST(Log, WritesLinesAtOrAboveItsLevel) {
    const auto path = std::filesystem::temp_directory_path() / ("postern-log-" + std::to_string(getpid()));
    {
        LogSink sink(LogLevel::info, path.string());
        OwnerLogger log(sink, "gateway");
        log.debug("not shown");
        log.info("collected messages", {{"account", 42}, {"server", "pop.example.net"}});
        log.error("store failed");
    }
    std::ifstream in(path);
    std::stringstream text;
    text << in.rdbuf();
    std::filesystem::remove(path);
    EXPECT_EQ(text.str().find("not shown"), std::string::npos);
    EXPECT_NE(text.str().find("Z level=info plugin=gateway event=\"collected messages\" account=42 "
                              "server=pop.example.net\n"),
              std::string::npos)
        << text.str();
    EXPECT_NE(text.str().find("level=error plugin=gateway event=\"store failed\"\n"), std::string::npos);
}

TEST(Log, AFileThatCannotBeOpenedIsAnException) {
    EXPECT_ANY_THROW(LogSink(LogLevel::info, "/proc/nowhere/log"));
}

}  // namespace
}  // namespace postern::runtime
