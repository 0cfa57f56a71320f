// What `postern --check` reports of a whole configuration.
#include "kernel/app/setup.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace postern::app {
namespace {

class SetupTest : public testing::Test {
protected:
    SetupTest()
        : file_(std::filesystem::temp_directory_path() /
                ("postern-setup-" + std::to_string(getpid()) + ".yaml")) {}
    ~SetupTest() override { std::filesystem::remove(file_); }

    /// What --check prints, with "F" for the file's name.
    std::string check(const std::string& text) {
        std::ofstream(file_) << "postern: 1\nserver: { plugins: " POSTERN_BUILD_DIRECTORY "/tests/plugins }\n"
                             << text;
        Diagnostics problems;
        { const auto setup = prepare(file_.string(), problems); }
        std::ostringstream out;
        print(problems, out);
        std::string printed = out.str();
        const auto name = file_.string();
        for (auto at = printed.find(name); at != std::string::npos; at = printed.find(name)) {
            printed.replace(at, name.size(), "F");
        }
        return printed;
    }

    std::filesystem::path file_;
};

TEST_F(SetupTest, EverythingInTheOrderOfTheFile) {
    EXPECT_EQ(check("plugins:\n"
                    "  - sample-good: { tex: hi }\n"
                    "  - broken-create: { optional: yes }\n"
                    "listeners:\n"
                    "  - { protocol: imap, address: \"127.0.0.1:0\" }\n"
                    "tls: { certificate: /nowhere/tls.pem }\n"
                    "grettings: {}\n"),
              "F:4:3: error: no storage plugin is listed; add `store-sqlite` or another\n"
              "F:4:20: error: unknown key `tex`; did you mean `text`?\n"
              "F:5:5: warning: plugin `broken-create` cannot be used: its create function threw an "
              "exception: no more tea "
              "(it is optional and left out)\n"
              "F:7:17: error: no listed plugin speaks `imap`\n"
              "F:8:6: error: the certificate /nowhere/tls.pem cannot be used: No such file or directory\n"
              "F:9:1: error: unknown key `grettings`; did you mean `greetings`?\n");
}

TEST_F(SetupTest, ASectionThatAPluginClaimsIsKnown) {
    EXPECT_EQ(check("plugins: [sample-good]\nlisteners: []\ngreetings: { suffix: x }\n"),
              "F:1:1: warning: there are no `listeners`: nobody can connect\n"
              "F:3:10: error: no storage plugin is listed; add `store-sqlite` or another\n");
}

TEST_F(SetupTest, AFileThatIsNotThere) {
    Diagnostics problems;
    { const auto setup = prepare("/nowhere/postern.yaml", problems); }
    std::ostringstream out;
    print(problems, out);
    EXPECT_EQ(out.str(), "/nowhere/postern.yaml: error: cannot be read: No such file or directory\n");
}

}  // namespace
}  // namespace postern::app
