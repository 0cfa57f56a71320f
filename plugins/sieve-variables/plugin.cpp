// variables (RFC 5229): set, string, "${name}" in strings
#include "postern/sieve/pieces.hpp"
#include "references.hpp"

namespace postern::sieve {

namespace {

StatementPtr compile_set(Compiler& compiler, const Node& node) {
    Arguments in(compiler, node);
    Modifiers modifiers;
    while (const Argument* tag = in.next_tag()) {
        if (!modifiers.take(compiler, *tag)) in.unexpected(*tag);
    }
    const Place at = in.place();
    const std::string name = in.constant("the variable's name");
    Text value = in.string("the value");
    in.end();
    const auto reference = parse_reference(compiler, at, name);
    if (!reference || reference->is_match() ||
        (reference->space != nullptr && !reference->space->can_set())) {
        compiler.fail(at, "\"" + name + "\" is no variable that can be set");
        return nullptr;
    }
    return make_statement([modifiers = std::move(modifiers), reference = *reference,
                           value = std::move(value)](Machine& machine) {
        std::string result = modifiers.apply(value.value(machine));
        if (reference.space != nullptr) {
            reference.space->set(machine, reference.name, std::move(result));
        } else {
            machine.set_variable(reference.name, std::move(result));
        }
        return Flow::next;
    });
}

TestPtr compile_string(Compiler& compiler, const Node& node) {
    Arguments in(compiler, node);
    Matching matching(compiler);
    while (const Argument* tag = in.next_tag()) {
        if (!matching.take(in, *tag)) in.unexpected(*tag);
    }
    std::vector<Text> sources = in.strings("the list of sources");
    matching.read_keys(in);
    in.end();
    return make_test([matching = std::move(matching), sources = std::move(sources)](Machine& machine) {
        std::vector<std::string> values = values_of(sources, machine);
        // Empty strings do not count (section 5).
        if (matching.counts()) std::erase(values, "");
        return matching.test(machine, values);
    });
}

char upper(char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}
char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

class FunctionModifier final : public Modifier {
public:
    FunctionModifier(int precedence, std::string (*apply)(std::string))
        : precedence_(precedence), apply_(apply) {}
    std::string_view capability() const override { return "variables"; }
    int precedence() const override { return precedence_; }
    std::string apply(std::string value) const override { return apply_(std::move(value)); }

private:
    int precedence_;
    std::string (*apply_)(std::string);
};

std::string quote_wildcards(std::string value) {
    std::string out;
    for (const char c : value) {
        if (c == '*' || c == '?' || c == '\\') out += '\\';
        out += c;
    }
    return out;
}

template <char (*change)(char), bool first>
std::string change_case(std::string value) {
    for (char& c : value) {
        c = change(c);
        if (first) break;
    }
    return value;
}

std::string length_of(std::string value) {
    return std::to_string(count_characters(value));
}

class VariablesPlugin final : public ExtensionPlugin {
public:
    explicit VariablesPlugin(Host& host) : ExtensionPlugin(host) {
        capability("variables");
        command("set", "variables", compile_set);
        test("string", "variables", compile_string);
        piece<StringSyntax>("variables", make_variable_syntax());
        add(":lower", 40, change_case<lower, false>);
        add(":upper", 40, change_case<upper, false>);
        add(":lowerfirst", 30, change_case<lower, true>);
        add(":upperfirst", 30, change_case<upper, true>);
        add(":quotewildcard", 20, quote_wildcards);
        add(":length", 10, length_of);
    }

private:
    void add(const char* name, int precedence, std::string (*apply)(std::string)) {
        piece<Modifier>(name, std::make_unique<FunctionModifier>(precedence, apply));
    }
};

}  // namespace

}  // namespace postern::sieve

POSTERN_PLUGIN(postern::sieve::VariablesPlugin, {.id = "sieve-variables",
                                                 .summary = "Sieve: variables (RFC 5229)",
                                                 .dependencies = postern::sieve::needs_engine});
