// mailbox (RFC 5490 section 3): mailboxexists, :create
#include <algorithm>

#include "postern/sieve/pieces.hpp"

namespace postern::sieve {

namespace {

TestPtr compile_exists(Compiler& compiler, const Node& node) {
    Arguments in(compiler, node);
    std::vector<Text> names = in.strings("the list of mailboxes");
    in.end();
    return make_test([names = std::move(names)](Machine& machine) {
        return std::ranges::all_of(values_of(names, machine), [&](const std::string& name) {
            return machine.environment().mailbox_exists(name);
        });
    });
}

StagePtr compile_create(Compiler&, Arguments&, const Argument&) {
    return make_action_stage([](Machine&, Action& action) { action.details["create"] = {"yes"}; });
}

class Mailbox final : public ExtensionPlugin {
public:
    explicit Mailbox(Host& host) : ExtensionPlugin(host) {
        capability("mailbox");
        test("mailboxexists", "mailbox", compile_exists);
        tag(":create", "mailbox", {"fileinto", "vacation", "notify"}, compile_create, ":fcc");
    }
};

}  // namespace

}  // namespace postern::sieve

POSTERN_PLUGIN(postern::sieve::Mailbox, {.id = "sieve-mailbox",
                                         .summary = "Sieve: mailbox (RFC 5490)",
                                         .dependencies = postern::sieve::needs_engine});
