// duplicate (RFC 7352)
#include "postern/sieve/compose.hpp"
#include "postern/sieve/pieces.hpp"

namespace postern::sieve {

namespace {

constexpr std::uint64_t week = 7ULL * 24 * 60 * 60;
constexpr std::uint64_t most = 90ULL * 24 * 60 * 60;

struct DuplicateTest {
    Text handle;
    std::optional<Text> header;
    std::optional<Text> unique;
    std::uint64_t seconds = week;
    bool last = false;
    Place place;

    bool evaluate(Machine& machine) const {
        std::string id;
        if (unique) {
            id = unique->value(machine);
        } else {
            const std::string name = header ? header->value(machine) : "Message-ID";
            const auto fields = fields_of_part(machine, 0, name);
            if (fields.empty()) return false;
            id = text_of(fields.front());
        }
        const std::string name = handle.value(machine);
        const std::string key = "duplicate " + digest(std::to_string(name.size()) + " " + name + id);
        const bool seen = machine.environment().was_tracked(key);
        // Remembered when the script has ended well; ":last" counts from the last time (section 3.3).
        if (!seen || last) {
            Action track;
            track.kind = "track";
            track.place = place;
            track.cancels_keep = false;
            track.set("track", key);
            track.details["seconds"] = {std::to_string(seconds)};
            machine.act(std::move(track));
        }
        return seen;
    }
};

TestPtr compile_duplicate(Compiler& compiler, const Node& node) {
    Arguments in(compiler, node);
    DuplicateTest test;
    test.place = node.place;
    while (const Argument* tag = in.next_tag()) {
        if (tag->tag == ":handle") {
            test.handle = in.string("the handle");
        } else if (tag->tag == ":header") {
            test.header = in.string("the header field");
        } else if (tag->tag == ":uniqueid") {
            test.unique = in.string("the id");
        } else if (tag->tag == ":seconds") {
            test.seconds = std::min(in.number("the number of seconds"), most);
        } else if (tag->tag == ":last") {
            test.last = true;
        } else {
            in.unexpected(*tag);
        }
    }
    if (test.header && test.unique) compiler.fail(node.place, ":header and :uniqueid contradict each other");
    in.end();
    return make_test([test = std::move(test)](Machine& machine) { return test.evaluate(machine); });
}

class Duplicate final : public ExtensionPlugin {
public:
    explicit Duplicate(Host& host) : ExtensionPlugin(host) {
        capability("duplicate");
        test("duplicate", "duplicate", compile_duplicate);
    }
};

}  // namespace

}  // namespace postern::sieve

POSTERN_PLUGIN(postern::sieve::Duplicate, {.id = "sieve-duplicate",
                                           .summary = "Sieve: duplicate (RFC 7352)",
                                           .dependencies = postern::sieve::needs_engine});
