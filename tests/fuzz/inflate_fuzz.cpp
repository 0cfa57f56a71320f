// What clients send once COMPRESS is on: any octets. An inflater that gives its memory back wherever it can must yield the
// same as one that never does, in pieces of any size, and never more at once than there is room for.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "plugins/imap-compress/inflater.hpp"

namespace {

constexpr std::size_t most_output = 128 * 1024;

struct Outcome {
    std::string output;
    bool failed = false;
    bool ended = false;
};

Outcome expand(std::string_view input, std::size_t piece, std::size_t room, bool releases) {
    postern::imap::Inflater inflater;
    std::string buffer(room, '\0');
    Outcome outcome;
    // At the end once more: the last bits may hold the beginning of a block that cannot be.
    for (bool more = true; more && !outcome.ended && outcome.output.size() < most_output;) {
        more = !input.empty() || inflater.has_pending();
        const auto step = inflater.inflate(input.substr(0, piece), buffer);
        outcome.failed = !step;
        if (!step) break;
        if (step->consumed > std::min(piece, input.size()) || step->produced > room) std::abort();
        const bool moved = step->consumed > 0 || step->produced > 0 || step->ended;
        if (!input.empty() && !moved) std::abort();
        outcome.output.append(buffer, 0, step->produced);
        outcome.ended = step->ended;
        input.remove_prefix(step->consumed);
        if (releases) inflater.release();
    }
    return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    const std::size_t piece = 1 + data[0];
    const std::size_t room = 1 + std::size_t{data[1]} * 16;
    const std::string_view input(reinterpret_cast<const char*>(data) + 2, size - 2);
    const Outcome whole = expand(input, input.size() + 1, 64 * 1024, false);
    const Outcome pieces = expand(input, piece, room, true);
    if (whole.output.size() >= most_output || pieces.output.size() >= most_output) return 0;
    if (whole.failed != pieces.failed || whole.ended != pieces.ended) std::abort();
    if (!whole.failed && whole.output != pieces.output) std::abort();
    return 0;
}
