#include "script_compiler.hpp"

namespace postern::sieve {

namespace {

/// if / elsif / else.
class Choice final : public Statement {
public:
    struct Branch {
        TestPtr test;  ///< null: else
        Block block;
    };
    Flow run(Machine& machine) const override {
        for (const Branch& branch : branches) {
            const bool chosen = branch.test == nullptr || branch.test->evaluate(machine);
            if (machine.failed()) return Flow::stop;
            if (chosen) return run_block(branch.block, machine);
        }
        return Flow::next;
    }
    std::vector<Branch> branches;
};

class Failure final : public Statement, public Test {
public:
    explicit Failure(Fault fault) : fault_(std::move(fault)) {}
    Flow run(Machine& machine) const override {
        machine.fail(fault_.place, fault_.text);
        return Flow::stop;
    }
    bool evaluate(Machine& machine) const override {
        machine.fail(fault_.place, fault_.text);
        return false;
    }

private:
    Fault fault_;
};

/// The budget of work counts each test.
class CountedTest final : public Test {
public:
    explicit CountedTest(TestPtr test) : test_(std::move(test)) {}
    bool evaluate(Machine& machine) const override { return machine.spend(1) && test_->evaluate(machine); }

private:
    TestPtr test_;
};

Fault unknown(const char* what, const Node& node, std::string_view capability) {
    if (capability.empty())
        return {node.place, std::string("there is no ") + what + " \"" + node.name + "\""};
    return {node.place, "\"" + node.name + "\" needs require \"" + std::string(capability) + "\""};
}

}  // namespace

std::shared_ptr<const ScriptProgram> ScriptCompiler::compile(std::string_view script) {
    SyntaxLimits limits;
    limits.octets = all_.limits.script_octets;
    limits.depth = all_.limits.nesting;
    Tree tree = parse(script, limits);
    if (tree.fault) {
        fail(tree.fault->place, tree.fault->text);
        return program_;
    }
    program_->block = block(tree.commands);
    return program_;
}

bool ScriptCompiler::has(std::string_view capability) const {
    return capability.empty() || own_.contains(capability);
}

bool ScriptCompiler::require(const std::string& capability) {
    if (!all_.registry.knows(capability)) return false;
    if (!own_.insert(capability).second) return true;
    program_->capabilities.insert(capability);
    if (const auto* known = find(all_.registry.capabilities, capability)) {
        for (const std::string& other : known->implies()) require(other);
    }
    return true;
}

void ScriptCompiler::fail(Place place, std::string text) {
    constexpr std::size_t most = 50;
    if (all_.faults.size() < most) all_.faults.push_back({place, std::move(text)});
}

Text ScriptCompiler::text(const String& string) {
    std::string text = string.text;
    for (StringSyntax* syntax : all_.registry.strings) {
        if (has(syntax->capability())) text = syntax->rewrite(*this, string.place, std::move(text));
    }
    for (StringSyntax* syntax : all_.registry.strings) {
        if (!has(syntax->capability())) continue;
        auto parts = syntax->split(*this, string.place, text);
        if (!parts.empty()) return Text(std::move(parts));
    }
    return Text(std::move(text));
}

TestPtr ScriptCompiler::test(const Node& node) {
    TestType* type = find(all_.registry.tests, node.name);
    const std::string_view capability = type == nullptr ? std::string_view() : type->capability();
    if (type == nullptr || !has(capability)) {
        Fault fault = unknown("test", node, capability);
        if (!tolerant_) fail(fault.place, fault.text);
        return std::make_unique<Failure>(std::move(fault));
    }
    auto compiled = type->compile(*this, node);
    if (!compiled) return std::make_unique<Failure>(Fault{node.place, "this test is not usable"});
    return std::make_unique<CountedTest>(std::move(compiled));
}

Block ScriptCompiler::block(const std::vector<Node>& nodes) {
    Block out;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        const Node& node = nodes[i];
        if (node.name == "require") {
            require_node(node);
            continue;
        }
        requires_allowed_ = false;
        StatementPtr statement = node.name == "if" ? chain(nodes, i) : command(node);
        if (node.name != "global") at_start_ = false;
        if (statement) out.push_back(std::move(statement));
    }
    return out;
}

void ScriptCompiler::require_node(const Node& node) {
    if (!requires_allowed_) fail(node.place, "require must stand before all other commands");
    Arguments in(*this, node);
    const Place place = in.place();
    for (const Text& name : in.strings("the list of extensions")) {
        if (!require(name.constant())) fail(place, "there is no extension \"" + name.constant() + "\"");
    }
    in.end();
}

StatementPtr ScriptCompiler::chain(const std::vector<Node>& nodes, std::size_t& index) {
    auto choice = std::make_unique<Choice>();
    for (std::size_t i = index; i < nodes.size(); ++i) {
        const Node& node = nodes[i];
        if (i > index && node.name != "elsif" && node.name != "else") break;
        Arguments in(*this, node);
        Choice::Branch branch;
        if (node.name != "else") branch.test = in.test();
        branch.block = in.block();
        in.end();
        choice->branches.push_back(std::move(branch));
        if (i > index) index = i;
        if (node.name == "else") break;
    }
    return choice;
}

StatementPtr ScriptCompiler::command(const Node& node) {
    CommandType* type = find(all_.registry.commands, node.name);
    const std::string_view capability = type == nullptr ? std::string_view() : type->capability();
    if (type != nullptr && has(capability)) return type->compile(*this, node);
    Fault fault = unknown("command", node, capability);
    if (node.name == "elsif" || node.name == "else") fault.text = "\"" + node.name + "\" without \"if\"";
    if (!tolerant_) fail(fault.place, fault.text);
    return std::make_unique<Failure>(std::move(fault));
}

std::optional<std::string> Compilation::text(ScriptLocation location, const std::string& name) const {
    if (location == ScriptLocation::personal) return source ? source(name) : std::nullopt;
    const auto found = global.find(name);
    return found == global.end() ? std::nullopt : std::optional(found->second);
}

ProgramPtr ScriptCompiler::include(ScriptLocation location, const std::string& name, Place place) {
    const auto key = std::pair(location, name);
    if (const auto known = all_.included.find(key); known != all_.included.end()) return known->second;
    // Includes itself: an error only if it runs that far (RFC 6609 section 3.1).
    if (all_.open.contains(key)) return nullptr;
    if (depth_ + 1 > all_.limits.include_depth || ++all_.scripts > all_.limits.includes) {
        fail(place, "too many scripts include each other");
        return nullptr;
    }
    const auto text = all_.text(location, name);
    if (!text) return nullptr;
    all_.open.insert(key);
    const std::size_t before = all_.faults.size();
    ScriptCompiler inner(all_, depth_ + 1);
    auto program = inner.compile(*text);
    all_.open.erase(key);
    for (std::size_t i = before; i < all_.faults.size(); ++i) {
        Fault& fault = all_.faults[i];
        fault = {place, "in \"" + name + "\", " + fault.to_string()};
    }
    program_->capabilities.insert(program->capabilities.begin(), program->capabilities.end());
    all_.included.emplace(key, program);
    return program;
}

}  // namespace postern::sieve
