#pragma once
// One script from text to program.
#include <map>
#include <set>

#include "postern/sieve/engine.hpp"

namespace postern::sieve {

class ScriptProgram final : public Program {
public:
    bool uses(std::string_view capability) const override { return capabilities.contains(capability); }

    Block block;
    std::set<std::string, std::less<>> capabilities;
};

/// What a script and those it includes have in common.
struct Compilation {
    const Registry& registry;
    const Limits& limits;
    const GlobalScripts& global;
    const ScriptSource& source;
    std::vector<Fault> faults;
    std::map<std::pair<ScriptLocation, std::string>, std::shared_ptr<const ScriptProgram>> included;
    std::set<std::pair<ScriptLocation, std::string>>
        open;  ///< being compiled: including them again is a cycle
    std::size_t scripts = 0;

    std::optional<std::string> text(ScriptLocation location, const std::string& name) const;
};

class ScriptCompiler final : public Compiler {
public:
    ScriptCompiler(Compilation& all, std::size_t depth)
        : all_(all), depth_(depth), program_(std::make_shared<ScriptProgram>()) {}

    std::shared_ptr<const ScriptProgram> compile(std::string_view script);

    const Registry& registry() const override { return all_.registry; }
    bool has(std::string_view capability) const override;
    bool require(const std::string& capability) override;
    void tolerate_unknown() override { tolerant_ = true; }
    void fail(Place place, std::string text) override;
    Text text(const String& string) override;
    TestPtr test(const Node& node) override;
    Block block(const std::vector<Node>& nodes) override;
    ProgramPtr include(ScriptLocation location, const std::string& name, Place place) override;
    std::vector<std::string>& loops() override { return loops_; }
    bool at_start() const override { return at_start_; }

private:
    StatementPtr command(const Node& node);
    /// if, elsif and else from `index` on; leaves it at the last of them.
    StatementPtr chain(const std::vector<Node>& nodes, std::size_t& index);
    void require_node(const Node& node);

    Compilation& all_;
    std::size_t depth_;
    std::shared_ptr<ScriptProgram> program_;
    std::set<std::string, std::less<>> own_;  ///< required by this script
    std::vector<std::string> loops_;
    bool tolerant_ = false;
    bool at_start_ = true;
    bool requires_allowed_ = true;
};

}  // namespace postern::sieve
