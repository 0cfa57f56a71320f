// include (RFC 6609): include, return, global
#include <algorithm>
#include <set>

#include "postern/sieve/pieces.hpp"

namespace postern::sieve {

namespace {

struct IncludeState final : State {
    std::set<std::pair<ScriptLocation, std::string>> done;
};

/// RFC 5804 section 1.6
bool is_script_name(std::string_view name) {
    return !name.empty() && name.size() <= 512 &&
           std::ranges::none_of(name, [](unsigned char c) { return c < ' ' || c == 0x7f; });
}

StatementPtr compile_include(Compiler& compiler, const Node& node) {
    Arguments in(compiler, node);
    while (const Argument* tag = in.next_tag()) {
        const bool known = tag->tag == ":personal" || tag->tag == ":global" || tag->tag == ":once" ||
                           tag->tag == ":optional";
        if (!known) in.unexpected(*tag);
    }
    if (in.seen(":personal") && in.seen(":global"))
        compiler.fail(node.place, ":personal and :global contradict each other");
    const auto location = in.seen(":global") ? ScriptLocation::global : ScriptLocation::personal;
    const Place at = in.place();
    const std::string name = in.constant("the script's name");
    if (!is_script_name(name)) compiler.fail(at, "this is no name of a script");
    const bool once = in.seen(":once"), optional = in.seen(":optional");
    in.end();
    ProgramPtr program = compiler.include(location, name, at);
    return make_statement([=, place = node.place](Machine& machine) {
        auto& done = machine.state<IncludeState>("include").done;
        const bool first = done.emplace(location, name).second;
        if (once && !first) return Flow::next;
        if (program == nullptr) {
            if (optional) return Flow::next;
            machine.fail(
                place, "the script \"" + name + "\" cannot be included: it is not there, or includes itself");
            return Flow::stop;
        }
        const Flow flow = machine.run(*program);
        return flow == Flow::stop ? Flow::stop : Flow::next;
    });
}

StatementPtr compile_return(Compiler& compiler, const Node& node) {
    Arguments(compiler, node).end();
    return make_statement([](Machine&) { return Flow::leave; });
}

bool is_name(const std::string& name) {
    const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
    return !name.empty() && name.size() <= 64 && letter(name[0]) &&
           std::ranges::all_of(name, [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

StatementPtr compile_global(Compiler& compiler, const Node& node) {
    Arguments in(compiler, node);
    if (!compiler.has("variables")) compiler.fail(node.place, "global needs require \"variables\"");
    const Place at = in.place();
    std::vector<std::string> names;
    for (const Text& name : in.strings("the list of variables")) {
        if (!name.is_constant() || !is_name(name.constant())) {
            compiler.fail(at, "\"" + name.constant() + "\" is no name of a variable");
        }
        names.push_back(to_lower(name.constant()));
    }
    in.end();
    return make_statement([names = std::move(names), place = node.place](Machine& machine) {
        for (const std::string& name : names) {
            if (!machine.variable(name).empty() && machine.global(name) != machine.variable(name)) {
                machine.fail(place, "\"" + name + "\" was set before it was made global");
                return Flow::stop;
            }
            machine.make_global(name);
        }
        return Flow::next;
    });
}

/// "${global.name}" (section 3.4.2)
class GlobalSpace final : public Namespace {
public:
    std::string_view capability() const override { return "include"; }
    std::string get(Machine& machine, const std::string& name) const override { return machine.global(name); }
    bool can_set() const override { return true; }
    void set(Machine& machine, const std::string& name, std::string value) const override {
        machine.set_global(name, std::move(value));
    }
};

class Include final : public ExtensionPlugin {
public:
    explicit Include(Host& host) : ExtensionPlugin(host) {
        capability("include");
        command("include", "include", compile_include);
        command("return", "include", compile_return);
        command("global", "include", compile_global);
        piece<Namespace>("global", std::make_unique<GlobalSpace>());
    }
};

}  // namespace

}  // namespace postern::sieve

POSTERN_PLUGIN(postern::sieve::Include, {.id = "sieve-include",
                                         .summary = "Sieve: include (RFC 6609)",
                                         .dependencies = postern::sieve::needs_engine});
