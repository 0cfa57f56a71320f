// Scripts and messages of arbitrary octets with every extension that is built: compiled and run within the limits, and
// something becomes of the message. The message stands behind the first line "%%"; without one it is a letter.
#include <cstdint>
#include <cstdlib>
#include <iostream>

#include "tests/sieve/support/fake_environment.hpp"
#include "tests/sieve/support/loaded_plugins.hpp"

namespace {

using namespace postern;

constexpr std::string_view letter =
    "From: \"Ben B.\" <ben+work@example.net>\r\nTo: Anna <anna@example.org>\r\nSubject: "
    "=?UTF-8?Q?Gr=C3=BC=C3=9Fe?=\r\n"
    "Date: Thu, 14 Jan 2027 23:58:00 -0500\r\nMessage-ID: <1@example.net>\r\n"
    "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nHello\r\n--b\r\nContent-Type: "
    "text/html\r\n\r\n<p>a\r\n"
    "--b--\r\n";
constexpr std::string_view border = "\n%%\n";

const sieve::Engine& engine() {
    static plugin::RegistryTable registry;
    static sieve::test::LoadedPlugins plugins;
    static const sieve::Engine* const loaded = [] {
        std::vector<std::string> names = sieve::test::built_extensions();
        names.insert(names.begin(), "sieve");
        const std::string fault = plugins.load(registry, names, {{"sieve", "work: 20000"}});
        if (!fault.empty()) {
            std::cerr << fault << "\n";
            std::abort();
        }
        return static_cast<const Lookup&>(registry).find<sieve::Engine>("");
    }();
    if (loaded == nullptr) std::abort();
    return *loaded;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const auto end = input.find(border);
    const std::string_view script = input.substr(0, end);
    const std::string_view message =
        end == std::string_view::npos ? letter : input.substr(end + border.size());
    // It may include itself.
    const sieve::ScriptSource source = [&](const std::string& name) {
        return name == "self" ? std::optional<std::string>(script) : std::nullopt;
    };
    const sieve::Compiled compiled = engine().compile(script, source);
    if ((compiled.program == nullptr) == compiled.faults.empty()) std::abort();
    if (!compiled.program) return 0;
    sieve::test::FakeEnvironment environment;
    environment.annotations["INBOX /private/comment"] = "a";
    const sieve::Input run{std::make_shared<const std::string>(message),
                           {"ben@example.net", "anna+detail@example.org", {}, true},
                           &environment};
    const sieve::Outcome outcome = engine().run(*compiled.program, run);
    if (outcome.actions.empty() || outcome.actions.size() > engine().limits().actions + 1) std::abort();
    // A script that fails has done nothing.
    if (outcome.failure && outcome.actions.size() != 1) std::abort();
    return 0;
}
