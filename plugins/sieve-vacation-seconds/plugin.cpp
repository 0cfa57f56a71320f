// vacation-seconds (RFC 6131): :seconds
#include <algorithm>

#include "postern/sieve/pieces.hpp"

namespace postern::sieve {

namespace {

constexpr std::uint64_t most = 365ULL * 24 * 60 * 60;

StagePtr compile_seconds(Compiler& compiler, Arguments& in, const Argument& tag) {
    if (in.seen(":days")) compiler.fail(tag.place, ":seconds and :days contradict each other");
    // 0 answers every message (section 2).
    const std::uint64_t seconds = std::min(in.number("the number of seconds"), most);
    return make_action_stage(
        [seconds](Machine&, Action& action) { action.details["seconds"] = {std::to_string(seconds)}; });
}

class VacationSeconds final : public ExtensionPlugin {
public:
    explicit VacationSeconds(Host& host) : ExtensionPlugin(host) {
        capability("vacation-seconds", {"vacation"});
        tag(":seconds", "vacation-seconds", {"vacation"}, compile_seconds);
    }
};

}  // namespace

}  // namespace postern::sieve

POSTERN_PLUGIN(postern::sieve::VacationSeconds, {.id = "sieve-vacation-seconds",
                                                 .summary = "Sieve: vacation-seconds (RFC 6131)",
                                                 .dependencies = postern::sieve::needs_engine});
