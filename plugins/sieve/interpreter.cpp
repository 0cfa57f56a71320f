#include "interpreter.hpp"

#include <algorithm>
#include <tuple>

#include "running.hpp"
#include "script_compiler.hpp"

namespace postern::sieve {

bool Interpreter::imitate(const Lookup& lookup) {
    const Engine* other = lookup.find<Engine>("");
    if (other == nullptr) return false;
    limits_ = other->limits();
    global_ = other->global_scripts();
    collect(lookup);
    return true;
}

Compiled Interpreter::compile(std::string_view script, const ScriptSource& includes) const {
    Compilation all{registry_, limits_, global_, includes, {}, {}, {}, 0};
    ScriptCompiler compiler(all, 0);
    Compiled out;
    auto program = compiler.compile(script);
    out.faults = std::move(all.faults);
    std::ranges::stable_sort(out.faults, [](const Fault& a, const Fault& b) {
        return std::tie(a.place.line, a.place.column) < std::tie(b.place.line, b.place.column);
    });
    if (out.faults.empty()) out.program = std::move(program);
    return out;
}

std::string Interpreter::check_global() const {
    for (const auto& [name, text] : global_) {
        const Compiled compiled = compile(text, {});
        if (!compiled.program)
            return "the global script \"" + name + "\", " + compiled.faults.front().to_string();
    }
    return "";
}

Outcome Interpreter::run(const Program& program, const Input& input) const {
    RunningScript running(registry_, limits_, input, program.uses("variables"));
    return running.finish(program);
}

}  // namespace postern::sieve
