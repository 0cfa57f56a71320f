// imap4flags (RFC 5232): setflag, addflag, removeflag, hasflag, :flags
#include <algorithm>

#include "postern/sieve/pieces.hpp"

namespace postern::sieve {

namespace {

struct FlagState final : State {
    bool begun = false;
    std::vector<std::string> flags;
};

/// The internal variable.
std::vector<std::string>& internal_flags(Machine& machine) {
    FlagState& state = machine.state<FlagState>("imap4flags");
    if (!state.begun) state.flags = machine.environment().flags();
    state.begun = true;
    return state.flags;
}

bool is_flag(std::string_view flag) {
    static constexpr std::string_view system[] = {"\\answered", "\\flagged", "\\deleted", "\\seen",
                                                  "\\draft"};
    if (flag.starts_with('\\')) return std::ranges::find(system, to_lower(flag)) != std::end(system);
    return !flag.empty() && std::ranges::all_of(flag, [](unsigned char c) {
        return c > ' ' && c < 0x7f &&
               std::string_view("(){%*\"\\]").find(static_cast<char>(c)) == std::string_view::npos;
    });
}

bool contains(const std::vector<std::string>& flags, std::string_view flag) {
    return std::ranges::any_of(flags, [&](const std::string& f) { return to_lower(f) == to_lower(flag); });
}

/// Words of the strings, each flag once; what is no flag is passed over (section 2).
std::vector<std::string> flags_in(const std::vector<std::string>& texts) {
    std::vector<std::string> out;
    for (const std::string& text : texts) {
        for (std::size_t at = 0; at < text.size();) {
            const std::size_t end = std::min(text.find(' ', at), text.size());
            const std::string flag = text.substr(at, end - at);
            if (is_flag(flag) && !contains(out, flag)) out.push_back(flag);
            at = end + 1;
        }
    }
    return out;
}

std::string joined(const std::vector<std::string>& flags) {
    std::string out;
    for (const std::string& flag : flags) out += (out.empty() ? "" : " ") + flag;
    return out;
}

/// "name": a variable with flags; else the internal one.
bool names_variable(Compiler& compiler, const Arguments& in) {
    if (in.left() < 2) return false;
    if (!compiler.has("variables")) {
        compiler.fail(in.place(), "flags in variables need require \"variables\"");
    }
    return true;
}

StatementPtr compile_change(Compiler& compiler, const Node& node) {
    Arguments in(compiler, node);
    const bool named = names_variable(compiler, in);
    const Place at = in.place();
    const std::string variable = named ? to_lower(in.constant("the variable's name")) : "";
    if (named && !is_flag(variable)) compiler.fail(at, "this is no name of a variable");
    std::vector<Text> list = in.strings("the list of flags");
    in.end();
    return make_statement([variable, list = std::move(list), how = node.name[0]](Machine& machine) {
        const std::vector<std::string> given = flags_in(values_of(list, machine));
        std::vector<std::string> flags =
            variable.empty() ? internal_flags(machine) : flags_in({machine.variable(variable)});
        if (how == 's') flags.clear();
        for (const std::string& flag : given) {
            if (how == 'r') {
                std::erase_if(flags, [&](const std::string& f) { return to_lower(f) == to_lower(flag); });
            } else if (!contains(flags, flag)) {
                flags.push_back(flag);
            }
        }
        if (variable.empty()) {
            internal_flags(machine) = std::move(flags);
        } else {
            machine.set_variable(variable, joined(flags));
        }
        return Flow::next;
    });
}

TestPtr compile_hasflag(Compiler& compiler, const Node& node) {
    Arguments in(compiler, node);
    Matching matching(compiler);
    while (const Argument* tag = in.next_tag()) {
        if (!matching.take(in, *tag)) in.unexpected(*tag);
    }
    std::vector<Text> variables;
    if (names_variable(compiler, in)) variables = in.strings("the list of variables");
    matching.read_keys(in);
    in.end();
    return make_test([matching = std::move(matching), variables = std::move(variables)](Machine& machine) {
        std::vector<std::string> values;
        if (variables.empty()) values = internal_flags(machine);
        for (const std::string& name : values_of(variables, machine)) {
            for (std::string& flag : flags_in({machine.variable(to_lower(name))}))
                values.push_back(std::move(flag));
        }
        return matching.test_words(machine, values);
    });
}

StagePtr compile_flags(Compiler&, Arguments& in, const Argument&) {
    return make_action_stage([list = in.strings("the list of flags")](Machine& machine, Action& action) {
        action.details["flags"] = flags_in(values_of(list, machine));
    });
}

/// What is filed without ":flags" gets those of the internal variable.
class InternalFlags final : public ActionHook {
public:
    void before(Machine& machine, Action& action) override {
        if ((action.kind != "keep" && action.kind != "fileinto") || action.has("flags")) return;
        const std::vector<std::string>& internal = internal_flags(machine);
        if (!internal.empty()) action.details["flags"] = internal;
    }
};

class Imap4Flags final : public ExtensionPlugin {
public:
    explicit Imap4Flags(Host& host) : ExtensionPlugin(host) {
        capability("imap4flags");
        for (const char* name : {"setflag", "addflag", "removeflag"})
            command(name, "imap4flags", compile_change);
        test("hasflag", "imap4flags", compile_hasflag);
        tag(":flags", "imap4flags", {"keep", "fileinto", "vacation", "notify"}, compile_flags, ":fcc");
        piece<ActionHook>("imap4flags", std::make_unique<InternalFlags>());
    }
};

}  // namespace

}  // namespace postern::sieve

POSTERN_PLUGIN(postern::sieve::Imap4Flags, {.id = "sieve-imap4flags",
                                            .summary = "Sieve: imap4flags (RFC 5232)",
                                            .dependencies = postern::sieve::needs_engine});
