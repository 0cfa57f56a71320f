#pragma once
// The interpreter and its extensions as they are built, on scripts and messages in memory.
#include <gtest/gtest.h>

#include "kernel/plugin/registry_table.hpp"
#include "tests/sieve/support/fake_environment.hpp"
#include "tests/sieve/support/loaded_plugins.hpp"

namespace postern::sieve::test {

/// What run() says of a message that nothing was done with.
constexpr const char* kept = "keep (implicit)";

class SieveFixture : public ::testing::Test {
protected:
    /// Before the first script: these plugins and no others. Without it: all that are built.
    void load_only(const std::vector<std::string>& plugins);
    void configure(const std::string& plugin, const std::string& yaml) { settings_[plugin] = yaml; }

    const Engine& engine();
    /// Faults of a script, one a line; "" if there are none.
    std::string check(const std::string& script);
    /// What a script does, an action a line; "failed: ..." if it failed.
    std::string run(const std::string& script, const std::string& message);
    std::string run(const std::string& script) { return run(script, letter); }
    /// True if the test in the middle of a script is true: files into "yes".
    bool holds(const std::string& requires_, const std::string& test, const std::string& message);
    bool holds(const std::string& requires_, const std::string& test) {
        return holds(requires_, test, letter);
    }
    /// The message as the last script left it, or what it sent.
    const std::string& content(std::size_t action) const { return *outcome.actions.at(action).content; }

    static const std::string letter;
    FakeEnvironment environment;
    Envelope envelope{"ben@example.net", "anna@example.org", {}, true};
    std::map<std::string, std::string> scripts;  ///< personal ones, for include
    Outcome outcome;

    /// Loads and resolves; what registry_ has by then is what a server would provide.
    void start();
    plugin::RegistryTable registry_;

private:
    std::vector<std::string> plugins_;
    std::map<std::string, std::string> settings_;
    LoadedPlugins loaded_;
    const Engine* engine_ = nullptr;
};

/// A file of the source tree, by its path from the root.
std::string read_source(const std::string& path);

}  // namespace postern::sieve::test
