// mboxmetadata and servermetadata (RFC 5490)
#include <algorithm>

#include "postern/sieve/pieces.hpp"

namespace postern::sieve {

namespace {

/// The server's annotations are those of no mailbox.
TestPtr compile_metadata(Compiler& compiler, const Node& node) {
    Arguments in(compiler, node);
    Matching matching(compiler);
    while (const Argument* tag = in.next_tag()) {
        if (!matching.take(in, *tag)) in.unexpected(*tag);
    }
    Text mailbox;
    if (node.name == "metadata") mailbox = in.string("the mailbox");
    Text entry = in.string("the name of the annotation");
    matching.read_keys(in);
    in.end();
    return make_test([matching = std::move(matching), mailbox = std::move(mailbox),
                      entry = std::move(entry)](Machine& machine) {
        const auto value =
            machine.environment().metadata(mailbox.value(machine), to_lower(entry.value(machine)));
        return value && matching.test(machine, std::span(&*value, 1));
    });
}

TestPtr compile_exists(Compiler& compiler, const Node& node) {
    Arguments in(compiler, node);
    Text mailbox;
    if (node.name == "metadataexists") mailbox = in.string("the mailbox");
    std::vector<Text> entries = in.strings("the names of annotations");
    in.end();
    return make_test([mailbox = std::move(mailbox), entries = std::move(entries)](Machine& machine) {
        const std::string name = mailbox.value(machine);
        return std::ranges::all_of(values_of(entries, machine), [&](const std::string& entry) {
            return machine.environment().metadata(name, to_lower(entry)).has_value();
        });
    });
}

class Metadata final : public ExtensionPlugin {
public:
    explicit Metadata(Host& host) : ExtensionPlugin(host) {
        capability("mboxmetadata");
        test("metadata", "mboxmetadata", compile_metadata);
        test("metadataexists", "mboxmetadata", compile_exists);
        capability("servermetadata");
        test("servermetadata", "servermetadata", compile_metadata);
        test("servermetadataexists", "servermetadata", compile_exists);
    }
};

}  // namespace

}  // namespace postern::sieve

POSTERN_PLUGIN(postern::sieve::Metadata, {.id = "sieve-metadata",
                                          .summary = "Sieve: mboxmetadata, servermetadata (RFC 5490)",
                                          .dependencies = postern::sieve::needs_engine});
