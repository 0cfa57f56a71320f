// fcc (RFC 8580): a copy of what vacation and notify send
#include "postern/sieve/pieces.hpp"

namespace postern::sieve {

namespace {

StagePtr compile_fcc(Compiler& compiler, Arguments& in, const Argument&) {
    const Place at = in.place();
    Text mailbox = in.string("the mailbox");
    if (mailbox.is_constant() && mailbox.constant().empty()) compiler.fail(at, "the mailbox has no name");
    return make_action_stage([mailbox = std::move(mailbox)](Machine& machine, Action& action) {
        action.details["fcc"] = {mailbox.value(machine)};
    });
}

class Fcc final : public ExtensionPlugin {
public:
    explicit Fcc(Host& host) : ExtensionPlugin(host) {
        capability("fcc");
        tag(":fcc", "fcc", {"vacation", "notify"}, compile_fcc);
    }
};

}  // namespace

}  // namespace postern::sieve

POSTERN_PLUGIN(postern::sieve::Fcc, {.id = "sieve-fcc",
                                     .summary = "Sieve: fcc (RFC 8580)",
                                     .dependencies = postern::sieve::needs_engine});
