#pragma once
// Sieve as others use it: compile a script once, run it on many messages. Provided by the plugin "sieve".
#include <functional>
#include <map>

#include "postern/sieve/compiler.hpp"

namespace postern::sieve {

/// Limits of one run. What exceeds them fails.
struct Limits {
    std::size_t script_octets = 1024 * 1024;
    std::size_t scripts_octets = 4 * 1024 * 1024;  ///< of all scripts of an account
    std::size_t scripts = 100;                     ///< of an account
    std::size_t nesting = 32;
    std::size_t includes = 50;       ///< scripts in one program
    std::size_t include_depth = 10;  //
    std::size_t work = 2'000'000;    ///< Machine::spend
    std::size_t actions = 64;        //
    std::size_t redirects = 5;       //
    std::size_t variables = 256;     //
    std::size_t variable_octets = 4096;
    std::size_t message_octets = 64 * 1024 * 1024;  ///< of a message that was edited
};

/// Text of the account's script of that name, which another includes; nothing if there is none. Scripts of the site
/// are the engine's own.
using ScriptSource = std::function<std::optional<std::string>(const std::string& name)>;

/// Scripts of the site, which `include :global` names (RFC 6609 section 3.2): name to text.
using GlobalScripts = std::map<std::string, std::string>;

struct Compiled {
    ProgramPtr program;         ///< null if there are faults
    std::vector<Fault> faults;  ///< in the order of the script
};

struct Input {
    std::shared_ptr<const std::string> message;
    Envelope envelope;
    const Environment* environment = nullptr;  ///< outlives the run
};

/// What the script wants. The implicit keep stands among the actions if it was not cancelled; a script that failed answers
/// just that.
struct Outcome {
    std::vector<Action> actions;
    std::optional<Fault> failure;
    std::size_t work = 0;
};

class POSTERN_SDK Engine {
public:
    static constexpr InterfaceId interface_id{"postern.sieve.engine", 1, 0};
    virtual ~Engine();
    /// Any thread. CPU only; bounded by the limits.
    virtual Compiled compile(std::string_view script, const ScriptSource& includes) const = 0;
    /// Any thread. CPU only; bounded by the limits.
    virtual Outcome run(const Program& program, const Input& input) const = 0;
    virtual const Registry& registry() const = 0;
    virtual const Limits& limits() const = 0;
    virtual const GlobalScripts& global_scripts() const = 0;
};

}  // namespace postern::sieve
