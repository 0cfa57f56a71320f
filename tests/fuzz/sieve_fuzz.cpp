// Scripts of arbitrary octets: parsed, compiled with the base language and run on a message, all within the limits.
#include <cstdint>
#include <cstdlib>

#include "base.hpp"
#include "interpreter.hpp"
#include "kernel/plugin/registry_table.hpp"

namespace {

using namespace postern;

const sieve::Interpreter& engine() {
    static sieve::BaseLanguage base;
    static plugin::RegistryTable registry;
    static const sieve::Interpreter made = [] {
        plugin::RegistryTable::Transaction transaction(registry, "sieve");
        base.declare(transaction);
        if (!transaction.commit()) std::abort();
        sieve::Interpreter interpreter;
        sieve::Limits limits;
        limits.work = 20'000;
        interpreter.set_limits(limits);
        interpreter.collect(registry);
        return interpreter;
    }();
    return made;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view script(reinterpret_cast<const char*>(data), size);
    const sieve::Tree tree = sieve::parse(script);
    if (tree.fault && !tree.commands.empty()) std::abort();
    const sieve::Compiled compiled = engine().compile(script, {});
    if ((compiled.program == nullptr) == compiled.faults.empty()) std::abort();
    if (tree.fault && compiled.program) std::abort();
    if (!compiled.program) return 0;
    sieve::Input input;
    input.message = std::make_shared<const std::string>(
        "From: Ben <ben@example.net>\r\nTo: anna@example.org\r\nSubject: a b c\r\n\r\nHello.\r\n");
    const sieve::Outcome outcome = engine().run(*compiled.program, input);
    // Something becomes of the message, whatever happens.
    if (outcome.actions.empty()) std::abort();
    if (outcome.failure && outcome.actions.size() != 1) std::abort();
    return 0;
}
