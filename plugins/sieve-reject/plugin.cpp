// reject and ereject (RFC 5429)
#include <algorithm>

#include "postern/sieve/pieces.hpp"

namespace postern::sieve {

namespace {

StatementPtr compile_reject(Compiler& compiler, const Node& node) {
    Arguments in(compiler, node);
    Text reason = in.string("the reason");
    in.end();
    return make_statement(
        [reason = std::move(reason), kind = node.name, place = node.place](Machine& machine) {
            Action action;
            action.kind = kind;
            action.place = place;
            action.set("reason", reason.value(machine));
            // What goes back is what came in (section 2.1).
            action.content = machine.original();
            machine.act(std::move(action));
            return Flow::next;
        });
}

bool refuses(const Action& action) {
    return action.kind == "reject" || action.kind == "ereject";
}

/// Whoever is refused may not be answered, and the message may not be kept (sections 2.1.1 and 2.2.1).
bool delivers(const Action& action) {
    static constexpr std::string_view kinds[] = {"keep", "fileinto", "redirect", "vacation"};
    return !action.implicit && std::ranges::find(kinds, action.kind) != std::end(kinds);
}

class Conflicts final : public ActionHook {
public:
    void before(Machine& machine, Action& action) override {
        for (const Action& other : machine.actions()) {
            const bool twice = refuses(other) && refuses(action);
            if (twice || (refuses(other) && delivers(action)) || (refuses(action) && delivers(other))) {
                machine.fail(action.place, action.kind + " contradicts " + other.kind);
                return;
            }
        }
    }
};

class Reject final : public ExtensionPlugin {
public:
    explicit Reject(Host& host) : ExtensionPlugin(host) {
        for (const char* name : {"reject", "ereject"}) {
            capability(name);
            command(name, name, compile_reject);
        }
        piece<ActionHook>("reject", std::make_unique<Conflicts>());
    }
};

}  // namespace

}  // namespace postern::sieve

POSTERN_PLUGIN(postern::sieve::Reject, {.id = "sieve-reject",
                                        .summary = "Sieve: reject, ereject (RFC 5429)",
                                        .dependencies = postern::sieve::needs_engine});
