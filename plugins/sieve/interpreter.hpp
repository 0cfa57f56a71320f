#pragma once
// The engine: compiles with what is registered, runs within limits.
#include "postern/sieve/engine.hpp"

namespace postern::sieve {

class Interpreter final : public Engine {
public:
    /// Before the server starts.
    void set_limits(const Limits& limits) { limits_ = limits; }
    void set_global(GlobalScripts scripts) { global_ = std::move(scripts); }
    void collect(const Lookup& lookup) { registry_.collect(lookup); }
    /// Where nothing is resolved: with the settings of the engine there is, and all that is registered.
    bool imitate(const Lookup& lookup);
    /// The first fault of the site's scripts, "" if there is none.
    std::string check_global() const;

    Compiled compile(std::string_view script, const ScriptSource& includes) const override;
    Outcome run(const Program& program, const Input& input) const override;
    const Registry& registry() const override { return registry_; }
    const Limits& limits() const override { return limits_; }
    const GlobalScripts& global_scripts() const override { return global_; }

private:
    Registry registry_;
    Limits limits_;
    GlobalScripts global_;
};

}  // namespace postern::sieve
