// special-use (RFC 8579): specialuse_exists, :specialuse
#include <algorithm>

#include "postern/sieve/pieces.hpp"

namespace postern::sieve {

namespace {

TestPtr compile_exists(Compiler& compiler, const Node& node) {
    Arguments in(compiler, node);
    std::optional<Text> mailbox;
    if (in.left() > 1) mailbox = in.string("the mailbox");
    std::vector<Text> uses = in.strings("the list of uses");
    in.end();
    return make_test([mailbox = std::move(mailbox), uses = std::move(uses)](Machine& machine) {
        const Environment& environment = machine.environment();
        const std::string name = mailbox ? mailbox->value(machine) : "";
        return std::ranges::all_of(values_of(uses, machine), [&](const std::string& use) {
            const auto found = environment.mailbox_of_use(use);
            return found && (!mailbox || *found == name);
        });
    });
}

StagePtr compile_use(Compiler& compiler, Arguments& in, const Argument& tag) {
    if (in.seen(":mailboxid")) compiler.fail(tag.place, ":specialuse and :mailboxid contradict each other");
    const Place at = in.place();
    Text use = in.string("the use");
    if (use.is_constant() && !use.constant().starts_with('\\'))
        compiler.fail(at, "a use begins with a backslash");
    return make_action_stage([use = std::move(use)](Machine& machine, Action& action) {
        action.details["specialuse"] = {use.value(machine)};
        if (const auto mailbox = machine.environment().mailbox_of_use(action.value("specialuse"))) {
            action.details["found"] = {*mailbox};
        }
    });
}

class SpecialUse final : public ExtensionPlugin {
public:
    explicit SpecialUse(Host& host) : ExtensionPlugin(host) {
        capability("special-use");
        test("specialuse_exists", "special-use", compile_exists);
        tag(":specialuse", "special-use", {"fileinto", "vacation", "notify"}, compile_use, ":fcc");
    }
};

}  // namespace

}  // namespace postern::sieve

POSTERN_PLUGIN(postern::sieve::SpecialUse, {.id = "sieve-special-use",
                                            .summary = "Sieve: special-use (RFC 8579)",
                                            .dependencies = postern::sieve::needs_engine});
