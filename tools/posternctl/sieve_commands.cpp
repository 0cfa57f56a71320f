// sieve check SCRIPT, sieve test SCRIPT MESSAGE: what a script means, without a server.
#include <algorithm>
#include <filesystem>
#include <sstream>

#include "interpreter.hpp"
#include "kernel/app/host_interfaces.hpp"
#include "kernel/app/setup.hpp"
#include "kernel/plugin/plugin_directory.hpp"
#include "tools/posternctl/commands.hpp"
#include "tools/posternctl/options.hpp"
#include "tools/posternctl/output.hpp"
#include "tools/posternctl/sieve_tools.hpp"

namespace posternctl {

using namespace postern;

namespace {

/// The interpreter as the configuration has it; without one, with all extensions that are at hand.
struct SieveTools {
    app::Setup setup;
    sieve::Interpreter engine;
};

std::unique_ptr<SieveTools> open_tools(const std::string& config) {
    auto out = std::make_unique<SieveTools>();
    Diagnostics problems;
    if (std::filesystem::exists(config)) {
        out->setup = app::prepare(config, problems);
    } else {
        out->setup.sink = std::make_unique<runtime::LogSink>(LogLevel::warning, "");
        out->setup.runtime = std::make_unique<runtime::KernelRuntime>(1);
        auto directories = plugin::default_plugin_directories();
        std::vector<config::PluginEntry> list;
        for (const std::string& name : plugin::plugin_names(directories)) {
            if (name.starts_with("sieve")) list.push_back({name, {}, {}, false});
        }
        out->setup.plugins = std::make_unique<plugin::PluginHost>(*out->setup.runtime, *out->setup.sink,
                                                                  std::move(directories));
        out->setup.plugins->load(list, ConfigNode(), app::host_interfaces(), problems);
    }
    if (problems.has_errors()) {
        fail(problems);
        return nullptr;
    }
    if (!out->engine.imitate(out->setup.plugins->lookup())) {
        fail("the configuration does not list the plugin `sieve`");
        return nullptr;
    }
    return out;
}

}  // namespace

int sieve_check(const Invocation& call) {
    if (call.arguments.size() != 1) return fail("usage: posternctl sieve check SCRIPT", 2);
    const auto tools = open_tools(call.config);
    if (!tools || !compile_file(tools->engine, call.arguments[0])) return 1;
    Report report;
    report.set("script", call.arguments[0]);
    report.say(call.arguments[0] + ": no faults");
    return report.finish();
}

int sieve_test(const Invocation& call) {
    std::vector<std::string> arguments = call.arguments;
    sieve::Input input;
    input.envelope.from = take_option(arguments, "--from").value_or("");
    input.envelope.to = take_option(arguments, "--to").value_or("");
    input.envelope.known = !input.envelope.from.empty() || !input.envelope.to.empty();
    if (arguments.size() != 2) {
        return fail("usage: posternctl sieve test SCRIPT MESSAGE [--from ADDRESS] [--to ADDRESS]", 2);
    }
    const auto tools = open_tools(call.config);
    if (!tools) return 1;
    const auto program = compile_file(tools->engine, arguments[0]);
    if (!program) return 1;
    auto message = read_file(arguments[1]);
    if (!message) return fail(arguments[1] + " cannot be read");
    input.message = std::make_shared<const std::string>(std::move(*message));
    const sieve::Outcome outcome = tools->engine.run(*program, input);
    Report report({"actions"});
    for (const sieve::Action& action : outcome.actions) {
        const bool changed = action.content != nullptr && action.content != input.message;
        boost::json::object entry{{"action", action.to_string()}};
        if (changed) entry["content"] = *action.content;
        report.add("actions", std::move(entry), action.to_string());
        if (!changed) continue;
        std::istringstream lines(*action.content);
        for (std::string line; std::getline(lines, line);) {
            if (line.ends_with('\r')) line.pop_back();
            report.say("    | " + line);
        }
    }
    if (outcome.failure) tell_fault(arguments[0], *outcome.failure);
    return report.finish(outcome.failure ? 1 : 0);
}

}  // namespace posternctl
