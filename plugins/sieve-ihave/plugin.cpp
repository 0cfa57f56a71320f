// ihave (RFC 5463): the test ihave and the action error
#include <algorithm>

#include "postern/sieve/pieces.hpp"

namespace postern::sieve {

namespace {

TestPtr compile_ihave(Compiler& compiler, const Node& node) {
    Arguments in(compiler, node);
    const Place at = in.place();
    std::vector<Text> names = in.strings("the list of extensions");
    in.end();
    bool all = true;
    for (const Text& name : names) {
        if (!name.is_constant()) compiler.fail(at, "ihave: the extensions may not have variables");
        all = all && compiler.registry().knows(name.constant());
    }
    for (const Text& name : names) {
        if (all) compiler.require(name.constant());
    }
    // What follows may be meant for others: it fails only when it runs (section 4).
    if (!all) compiler.tolerate_unknown();
    return make_test([all](Machine&) { return all; });
}

StatementPtr compile_error(Compiler& compiler, const Node& node) {
    Arguments in(compiler, node);
    Text message = in.string("the message");
    in.end();
    return make_statement([message = std::move(message), place = node.place](Machine& machine) {
        machine.fail(place, message.value(machine));
        return Flow::stop;
    });
}

class IHave final : public ExtensionPlugin {
public:
    explicit IHave(Host& host) : ExtensionPlugin(host) {
        capability("ihave");
        test("ihave", "ihave", compile_ihave);
        command("error", "ihave", compile_error);
    }
};

}  // namespace

}  // namespace postern::sieve

POSTERN_PLUGIN(postern::sieve::IHave, {.id = "sieve-ihave",
                                       .summary = "Sieve: ihave (RFC 5463)",
                                       .dependencies = postern::sieve::needs_engine});
