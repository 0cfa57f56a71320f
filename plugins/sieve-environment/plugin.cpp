// environment (RFC 5183)
#include "postern/sieve/pieces.hpp"

namespace postern::sieve {

namespace {

TestPtr compile_environment(Compiler& compiler, const Node& node) {
    Arguments in(compiler, node);
    Matching matching(compiler);
    while (const Argument* tag = in.next_tag()) {
        if (!matching.take(in, *tag)) in.unexpected(*tag);
    }
    Text name = in.string("the name of the item");
    matching.read_keys(in);
    in.end();
    return make_test([matching = std::move(matching), name = std::move(name)](Machine& machine) {
        const auto value = machine.environment().item(to_lower(name.value(machine)));
        // An unknown item fails the test whatever is asked (section 4).
        if (!value) return false;
        const bool counted = matching.counts() && value->empty();
        return matching.test(machine, std::span(&*value, counted ? 0 : 1));
    });
}

class EnvironmentTest final : public ExtensionPlugin {
public:
    explicit EnvironmentTest(Host& host) : ExtensionPlugin(host) {
        capability("environment");
        test("environment", "environment", compile_environment);
    }
};

}  // namespace

}  // namespace postern::sieve

POSTERN_PLUGIN(postern::sieve::EnvironmentTest, {.id = "sieve-environment",
                                                 .summary = "Sieve: environment (RFC 5183)",
                                                 .dependencies = postern::sieve::needs_engine});
