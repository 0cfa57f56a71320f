// copy (RFC 3894): :copy files or redirects without cancelling the implicit keep.
#include "postern/sieve/pieces.hpp"

namespace postern::sieve {

namespace {

StagePtr compile_copy(Compiler&, Arguments&, const Argument&) {
    return make_action_stage([](Machine&, Action& action) { action.cancels_keep = false; });
}

class Copy final : public ExtensionPlugin {
public:
    explicit Copy(Host& host) : ExtensionPlugin(host) {
        capability("copy");
        tag(":copy", "copy", {"fileinto", "redirect"}, compile_copy);
    }
};

}  // namespace

}  // namespace postern::sieve

POSTERN_PLUGIN(postern::sieve::Copy, {.id = "sieve-copy",
                                      .summary = "Sieve: copy (RFC 3894)",
                                      .dependencies = postern::sieve::needs_engine});
