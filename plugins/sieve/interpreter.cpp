#include "interpreter.hpp"

#include <algorithm>
#include <tuple>

#include "running.hpp"
#include "script_compiler.hpp"

namespace postern::sieve {

Compiled Interpreter::compile(std::string_view script, const ScriptSource& includes) const {
    Compilation all{registry_, limits_, includes, {}, {}, {}, 0};
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

Outcome Interpreter::run(const Program& program, const Input& input) const {
    RunningScript running(registry_, limits_, input, program.uses("variables"));
    return running.finish(program);
}

}  // namespace postern::sieve
