#include "tests/sieve/support/sieve_fixture.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "kernel/config/yaml_reader.hpp"
#include "postern/sieve/compiler.hpp"
#include "tests/mail/support/loop_runtime.hpp"

namespace postern::sieve::test {

namespace {

/// They ask it for nothing but the log.
class NoHost final : public Host {
public:
    std::string_view plugin_id() const override { return "sieve"; }
    Logger& log() override { return log_; }
    Runtime& runtime() override { std::abort(); }

private:
    mail::test::SilentLog log_;
};

std::optional<std::string> look_up(const std::map<std::string, std::string>& map, const std::string& key) {
    const auto found = map.find(key);
    if (found == map.end()) return std::nullopt;
    return found->second;
}

}  // namespace

const std::string SieveFixture::letter =
    "Received: from a.example.net by b.example.org; Thu, 14 Jan 2027 23:59:00 -0500\r\n"
    "Received: from c.example.net by a.example.net; Thu, 14 Jan 2027 12:00:00 -0500\r\n"
    "From: \"Ben B.\" <Ben+work@Example.NET>\r\n"
    "To: Anna <anna@example.org>, carl+lists@example.com\r\n"
    "Subject: =?UTF-8?Q?Gr=C3=BC=C3=9Fe?= from\r\n Ben\r\n"
    "Date: Thu, 14 Jan 2027 23:58:00 -0500\r\n"
    "Message-ID: <1@example.net>\r\n"
    "X-Number: 42\r\n"
    "\r\n"
    "Hello Anna.\r\n";

std::optional<std::string> FakeEnvironment::item(std::string_view name) const {
    return look_up(items, std::string(name));
}
std::optional<std::string> FakeEnvironment::mailbox_of_id(std::string_view id) const {
    return look_up(ids, std::string(id));
}
std::optional<std::string> FakeEnvironment::mailbox_of_use(std::string_view use) const {
    return look_up(uses, to_lower(use));
}
std::optional<std::string> FakeEnvironment::metadata(std::string_view mailbox, std::string_view entry) const {
    return look_up(annotations, std::string(mailbox) + " " + std::string(entry));
}

std::string read_source(const std::string& path) {
    std::ifstream in(std::string(POSTERN_TEST_DATA "/../") + path);
    EXPECT_TRUE(in) << path;
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
}

std::vector<std::string> built_extensions() {
    std::vector<std::string> out;
    const auto plugins = std::filesystem::path(POSTERN_TEST_DATA).parent_path() / "plugins";
    for (const auto& folder : std::filesystem::directory_iterator(plugins)) {
        const std::string name = folder.path().filename();
        if (name.starts_with("sieve-")) out.push_back(name);
    }
    std::ranges::sort(out);
    return out;
}

void SieveFixture::load_only(const std::vector<std::string>& plugins) {
    plugins_ = plugins;
    plugins_.insert(plugins_.begin(), "sieve");
}

void SieveFixture::start() {
    static NoHost host;
    if (plugins_.empty()) load_only(built_extensions());
    for (const std::string& name : plugins_) {
        const std::filesystem::path file =
            std::filesystem::path(POSTERN_BUILD_DIRECTORY) / "plugins" / (name + ".so");
        // Never closed: types of the library may be in use until the program ends.
        void* library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
        ASSERT_NE(library, nullptr) << dlerror();
        const auto* descriptor = static_cast<const postern_plugin*>(dlsym(library, "postern_plugin_v1"));
        ASSERT_NE(descriptor, nullptr) << file;
        std::unique_ptr<Plugin> made(descriptor->create(host));
        Diagnostics problems;
        const std::string& yaml = settings_[name];
        made->configure(yaml.empty() ? ConfigNode() : config::read_yaml_text(yaml, name, problems), problems);
        EXPECT_FALSE(problems.has_errors()) << name;
        plugin::RegistryTable::Transaction transaction(registry_, name);
        ASSERT_TRUE(made->declare(transaction)) << name;
        auto committed = transaction.commit();
        ASSERT_TRUE(committed) << committed.error().to_string();
        loaded_.push_back(std::move(made));
    }
    for (const auto& plugin : loaded_) ASSERT_TRUE(plugin->resolve(registry_));
    engine_ = static_cast<const Lookup&>(registry_).find<Engine>("");
    ASSERT_NE(engine_, nullptr);
}

const Engine& SieveFixture::engine() {
    if (engine_ == nullptr) start();
    return *engine_;
}

std::string SieveFixture::check(const std::string& script) {
    const ScriptSource source = [this](ScriptLocation location, const std::string& name) {
        return look_up(location == ScriptLocation::global ? global_scripts : scripts, name);
    };
    std::string out;
    for (const Fault& fault : engine().compile(script, source).faults) out += fault.to_string() + "\n";
    return out;
}

std::string SieveFixture::run(const std::string& script, const std::string& message) {
    const ScriptSource source = [this](ScriptLocation location, const std::string& name) {
        return look_up(location == ScriptLocation::global ? global_scripts : scripts, name);
    };
    const Compiled compiled = engine().compile(script, source);
    std::string out;
    for (const Fault& fault : compiled.faults) out += fault.to_string() + "\n";
    if (!compiled.program) return out;
    Input input{std::make_shared<const std::string>(message), envelope, &environment};
    outcome = engine().run(*compiled.program, input);
    if (outcome.failure) return "failed: " + outcome.failure->to_string();
    for (const Action& action : outcome.actions) out += (out.empty() ? "" : "\n") + action.to_string();
    return out;
}

bool SieveFixture::holds(const std::string& requires_, const std::string& test, const std::string& message) {
    std::string names = "\"fileinto\"";
    std::istringstream words(requires_);
    for (std::string word; words >> word;) names += ", \"" + word + "\"";
    const std::string done = run(
        "require [" + names + "]; if " + test + " { fileinto \"yes\"; } else { fileinto \"no\"; }", message);
    EXPECT_TRUE(done == "fileinto mailbox=\"yes\"" || done == "fileinto mailbox=\"no\"")
        << test << ": " << done;
    return done == "fileinto mailbox=\"yes\"";
}

}  // namespace postern::sieve::test
