// index (RFC 5260 section 6): :index and :last
#include <algorithm>

#include "postern/sieve/pieces.hpp"

namespace postern::sieve {

namespace {

using Fields = std::vector<FieldValue>;

StagePtr compile_index(Compiler& compiler, Arguments& in, const Argument&) {
    const Place at = in.place();
    const std::uint64_t number = in.number("the number of the field");
    if (number == 0) compiler.fail(at, ":index counts from 1");
    return make_field_stage(field_stage_index,
                            [number](Machine&, const std::vector<std::string>&, Fields& values) {
                                if (number == 0 || number > values.size()) return values.clear();
                                FieldValue chosen = std::move(values[number - 1]);
                                values.clear();
                                values.push_back(std::move(chosen));
                            });
}

/// Counting from the end: turns the list around before :index picks.
StagePtr compile_last(Compiler&, Arguments&, const Argument&) {
    return make_field_stage(field_stage_index - 1, [](Machine&, const std::vector<std::string>&,
                                                      Fields& values) { std::ranges::reverse(values); });
}

class Index final : public ExtensionPlugin {
public:
    explicit Index(Host& host) : ExtensionPlugin(host) {
        capability("index");
        tag(":index", "index", {"header", "address", "date"}, compile_index);
        tag(":last", "index", {"header", "address", "date"}, compile_last, ":index");
    }
};

}  // namespace

}  // namespace postern::sieve

POSTERN_PLUGIN(postern::sieve::Index, {.id = "sieve-index",
                                       .summary = "Sieve: index (RFC 5260)",
                                       .dependencies = postern::sieve::needs_engine});
