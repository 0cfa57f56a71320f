#include "tests/sieve/support/sieve_fixture.hpp"

#include <fstream>
#include <sstream>

namespace postern::sieve::test {

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

std::string read_source(const std::string& path) {
    std::ifstream in(std::string(POSTERN_TEST_DATA "/../") + path);
    EXPECT_TRUE(in) << path;
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
}

void SieveFixture::load_only(const std::vector<std::string>& plugins) {
    plugins_ = plugins;
    plugins_.insert(plugins_.begin(), "sieve");
}

void SieveFixture::start() {
    if (plugins_.empty()) load_only(built_extensions());
    const std::string fault = loaded_.load(registry_, plugins_, settings_);
    ASSERT_EQ(fault, "");
    engine_ = static_cast<const Lookup&>(registry_).find<Engine>("");
    ASSERT_NE(engine_, nullptr);
}

const Engine& SieveFixture::engine() {
    if (engine_ == nullptr) start();
    return *engine_;
}

std::string SieveFixture::check(const std::string& script) {
    const ScriptSource source = [this](const std::string& name) { return look_up(scripts, name); };
    std::string out;
    for (const Fault& fault : engine().compile(script, source).faults) out += fault.to_string() + "\n";
    return out;
}

std::string SieveFixture::run(const std::string& script, const std::string& message) {
    const ScriptSource source = [this](const std::string& name) { return look_up(scripts, name); };
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
