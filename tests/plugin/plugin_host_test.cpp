// Loading, with plugins that are broken in every way we know: each gives an error that says what to do.
#include "kernel/plugin/plugin_host.hpp"

#include <gtest/gtest.h>

#include "kernel/config/yaml_reader.hpp"
#include "tests/plugin/samples/greeting.hpp"

namespace postern::plugin {
namespace {

using std::chrono::steady_clock;

class PluginHostTest : public testing::Test {
protected:
    PluginHostTest()
        : runtime_(1),
          sink_(LogLevel::error, "/dev/null"),
          host_(std::make_unique<PluginHost>(
              runtime_, sink_, std::vector<std::string>{POSTERN_BUILD_DIRECTORY "/tests/plugins"})) {
        runtime_.start();
    }

    bool load(const std::string& list, const std::string& sections = "") {
        const auto root = config::read_yaml_text("plugins:\n" + list + sections, "p.yaml", problems_);
        auto config = config::read_server_config(root, "p.yaml", {}, ignored_);
        return host_->load(config.plugins, root, {{"postern.net.dialer", 1, 0, 0}}, problems_);
    }
    std::string text() const {
        std::string out;
        for (const auto& e : problems_.entries()) {
            out += e.place.to_string() + (e.fatal ? ": " : ": warning: ") + e.text + "\n";
        }
        return out;
    }
    void expect(const std::string& part) { EXPECT_NE(text().find(part), std::string::npos) << text(); }

    runtime::KernelRuntime runtime_;
    runtime::LogSink sink_;
    std::unique_ptr<PluginHost> host_;
    Diagnostics problems_;
    Diagnostics ignored_;
};

TEST_F(PluginHostTest, AGoodPluginLivesAWholeLife) {
    ASSERT_TRUE(load("  - sample-user\n  - sample-good: { text: hi }\n", "greetings: { suffix: '!' }\n"))
        << text();
    const auto loaded = host_->loaded();
    ASSERT_EQ(loaded.size(), 2U);
    EXPECT_EQ(loaded[0].first, "sample-good") << "what is required comes first";
    EXPECT_EQ(host_->sections(), std::vector<std::string>{"greetings"});
    const auto* catalogue = host_->lookup().find<PluginCatalogue>();
    EXPECT_EQ(catalogue->dependents("sample-good"), std::vector<std::string>{"sample-user"});
    EXPECT_TRUE(catalogue->dependents("unknown").empty());
    ASSERT_TRUE(host_->resolve());
    EXPECT_STREQ(host_->lookup().find<Greeting>("hello")->text(), "hi!");
    ASSERT_TRUE(host_->start());
    runtime_.begin_stop();
    const auto deadline = steady_clock::now() + std::chrono::seconds(20);
    host_->drain(deadline);
    EXPECT_TRUE(host_->stop(deadline)) << "the sleeping task ends with its core";
}

TEST_F(PluginHostTest, AMissingFileSuggestsTheNearest) {
    EXPECT_FALSE(load("  - sample-god\n"));
    expect("p.yaml:2:5: plugin `sample-god` does not exist: there is no sample-god.so in ");
    expect("did you mean `sample-good`?");
}

TEST_F(PluginHostTest, ATextFileIsNoLibrary) {
    EXPECT_FALSE(load("  - not-a-library\n"));
    expect("cannot be loaded as a shared library");
}

TEST_F(PluginHostTest, NoDescriptor) {
    EXPECT_FALSE(load("  - broken-no-descriptor\n"));
    expect("is a shared library but no Postern plugin: it does not export `postern_plugin_v1`");
}

TEST_F(PluginHostTest, WrongMagic) {
    EXPECT_FALSE(load("  - broken-magic\n"));
    expect("wrong magic number 0x12345678");
}

TEST_F(PluginHostTest, ShortStruct) {
    EXPECT_FALSE(load("  - broken-short\n"));
    expect("too short (24 octets, at least 112 are needed)");
}

TEST_F(PluginHostTest, WrongStampPrintsEveryFieldWithBothValues) {
    EXPECT_FALSE(load("  - broken-stamp\n"));
    expect("was built differently from this server; rebuild it");
    expect("Boost: this server has 1_81, the plugin 1_74");
    expect("C++ level (__cplusplus): this server has 202002, the plugin 201703");
}

TEST_F(PluginHostTest, ThrowingCreate) {
    EXPECT_FALSE(load("  - broken-create\n  - sample-good\n"));
    expect(
        "p.yaml:2:5: plugin `broken-create` cannot be used: its create function threw an exception: no more "
        "tea");
    EXPECT_EQ(host_->loaded().size(), 1U) << "the others go on";
}

TEST_F(PluginHostTest, FailingConfigure) {
    EXPECT_FALSE(load("  - broken-configure: { size: 7, sice: 8 }\n"));
    expect("p.yaml:2:31: `size` must not be 7");
    expect("p.yaml:2:34: unknown key `sice`; did you mean `size`?");
}

TEST_F(PluginHostTest, ThrowingConfigure) {
    EXPECT_FALSE(load("  - broken-configure: { boom: x }\n"));
    expect("threw an exception from configure: boom was set");
}

TEST_F(PluginHostTest, SettingsForAPluginThatTakesNone) {
    EXPECT_FALSE(load("  - sample-good\n  - sample-user: { a: 1 }\n"));
    expect("p.yaml:3:20: plugin `sample-user` takes no settings");
}

TEST_F(PluginHostTest, ADuplicateNameNamesBothAndUndoesTheWholeDeclaration) {
    EXPECT_FALSE(load("  - broken-duplicate\n  - sample-good\n"));
    expect(
        "plugin `broken-duplicate` offers `hello` of interface `sample.greeting`, which `sample-good` offers "
        "already");
    EXPECT_EQ(host_->lookup().find<Greeting>("bonjour"), nullptr);
    EXPECT_NE(host_->lookup().find<Greeting>("hello"), nullptr);
}

TEST_F(PluginHostTest, MissingRequirements) {
    EXPECT_FALSE(load("  - sample-good\n  - broken-requirement\n"));
    expect("requires `sample.greeting` 1.9, but `sample-good` provides `sample.greeting` 1.2");
    expect("requires `sample.farewell` 2.0, which no listed plugin provides");
}

TEST_F(PluginHostTest, AMissingRequirementNamesThePluginThatWouldProvideIt) {
    EXPECT_FALSE(load("  - sample-user\n"));
    expect(
        "requires `sample.greeting` 1.1, which no listed plugin provides; `sample-good` does: add it to the "
        "list");
}

TEST_F(PluginHostTest, ACycleIsPrinted) {
    EXPECT_FALSE(load("  - broken-cycle-a\n  - broken-cycle-b\n"));
    expect("depends on itself: broken-cycle-a -> broken-cycle-b -> broken-cycle-a");
}

TEST_F(PluginHostTest, OptionalPluginsAreLeftOutWithAWarning) {
    EXPECT_TRUE(
        load("  - broken-create: { optional: yes }\n  - broken-stamp: { optional: yes }\n"
             "  - broken-cycle-a: { optional: yes }\n  - nowhere: { optional: yes }\n  - sample-good\n"))
        << text();
    expect("p.yaml:2:5: warning: plugin `broken-create` cannot be used");
    expect("p.yaml:5:5: warning: plugin `nowhere` does not exist");
    EXPECT_EQ(host_->loaded().size(), 1U);
}

TEST_F(PluginHostTest, ResolveFailuresNameThePlugin) {
    ASSERT_TRUE(load("  - sample-good: { text: refuse }\n  - sample-user\n")) << text();
    const auto resolved = host_->resolve();
    ASSERT_FALSE(resolved);
    EXPECT_EQ(resolved.error().text, "plugin `sample-user`: this greeting is refused");
}

TEST_F(PluginHostTest, StartFailuresNameThePlugin) {
    ASSERT_TRUE(load("  - sample-good\n  - broken-start\n")) << text();
    ASSERT_TRUE(host_->resolve());
    const auto started = host_->start();
    ASSERT_FALSE(started);
    EXPECT_EQ(started.error().text, "plugin `broken-start`: the port is taken");
    runtime_.begin_stop();
    EXPECT_TRUE(host_->stop(steady_clock::now() + std::chrono::seconds(20)));
}

TEST_F(PluginHostTest, AnExceptionFromStartIsAnError) {
    ASSERT_TRUE(load("  - broken-start: { throws: yes }\n")) << text();
    ASSERT_TRUE(host_->resolve());
    const auto started = host_->start();
    ASSERT_FALSE(started);
    EXPECT_EQ(started.error().text,
              "plugin `broken-start`: threw an exception from start: thrown from start");
}

TEST_F(PluginHostTest, ALeaseThatIsNotGivenBackIsNoticed) {
    ASSERT_TRUE(load("  - broken-lease\n")) << text();
    ASSERT_TRUE(host_->resolve());
    ASSERT_TRUE(host_->start());
    EXPECT_FALSE(host_->stop(steady_clock::now() + std::chrono::milliseconds(20)));
    runtime_.stop();
    // Its task still stands on the core: never destroyed, as in the daemon.
    static const PluginHost* const left = host_.release();
    EXPECT_NE(left, nullptr);
}

TEST_F(PluginHostTest, TheDescriptorIsReadWithoutCreatingThePlugin) {
    const auto file = PluginFile::open(POSTERN_BUILD_DIRECTORY "/tests/plugins/sample-good.so");
    ASSERT_TRUE(file);
    EXPECT_EQ(file->description().keys(), std::vector<std::string>{"text"});
    EXPECT_EQ(file->description().sections(), std::vector<std::string>{"greetings"});
    EXPECT_EQ(file->description().summary, "A plugin as it should be");
}

}  // namespace
}  // namespace postern::plugin
