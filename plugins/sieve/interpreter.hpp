#pragma once
// The engine: compiles with what is registered, runs within limits.
#include "postern/sieve/engine.hpp"

namespace postern::sieve {

class Interpreter final : public Engine {
public:
    /// Before the server starts.
    void set_limits(const Limits& limits) { limits_ = limits; }
    void collect(const Lookup& lookup) { registry_.collect(lookup); }

    Compiled compile(std::string_view script, const ScriptSource& includes) const override;
    Outcome run(const Program& program, const Input& input) const override;
    const Registry& registry() const override { return registry_; }
    const Limits& limits() const override { return limits_; }

private:
    Registry registry_;
    Limits limits_;
};

}  // namespace postern::sieve
