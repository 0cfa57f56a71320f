// extlists (RFC 6134): :list and valid_ext_list
#include <algorithm>

#include "lists.hpp"
#include "postern/sieve/pieces.hpp"

namespace postern::sieve {

namespace {

class ListMatch final : public Match {
public:
    ListMatch(const ExternalLists* lists, Place place) : lists_(lists), place_(place) {}
    bool takes_comparator() const override { return false; }
    bool matches(Machine& machine, const Comparator&, std::span<const std::string> values,
                 std::span<const std::string> keys) const override {
        for (const std::string& key : keys) {
            if (!lists_->exists(key)) {
                machine.fail(place_, "there is no list \"" + key + "\"");
                return false;
            }
        }
        for (const std::string& value : values) {
            for (const std::string& key : keys) {
                const auto member = lists_->find(key, value);
                if (!member) continue;
                if (machine.wants_matches()) machine.set_matches({*member});
                return true;
            }
        }
        return false;
    }

private:
    const ExternalLists* lists_;
    Place place_;
};

class ListType final : public MatchType {
public:
    std::string_view capability() const override { return "extlists"; }
    std::unique_ptr<Match> compile(Compiler& compiler, Arguments& in, const Argument& tag) override {
        static constexpr std::string_view tests[] = {"address", "envelope", "header", "string"};
        if (std::ranges::find(tests, in.node().name) == std::end(tests)) {
            compiler.fail(tag.place, in.node().name + " cannot look into lists");
        }
        return std::make_unique<ListMatch>(compiler.registry().lists, tag.place);
    }
};

TestPtr compile_valid(Compiler& compiler, const Node& node) {
    Arguments in(compiler, node);
    std::vector<Text> names = in.strings("the names of lists");
    in.end();
    return make_test([names = std::move(names), lists = compiler.registry().lists](Machine& machine) {
        return std::ranges::all_of(values_of(names, machine),
                                   [&](const std::string& name) { return lists->exists(name); });
    });
}

/// redirect :list: to everybody on it.
StagePtr compile_list(Compiler& compiler, Arguments&, const Argument& tag) {
    return make_action_stage(
        [lists = compiler.registry().lists, place = tag.place](Machine& machine, Action& action) {
            const std::string name = action.value("address");
            const auto members = lists->exists(name) ? lists->members(name) : std::nullopt;
            if (!members) return machine.fail(place, "there is no list \"" + name + "\"");
            action.values.erase("address");
            action.set("list", name);
            action.details["members"] = *members;
        });
}

class ExtLists final : public ExtensionPlugin {
public:
    explicit ExtLists(Host& host) : ExtensionPlugin(host) {
        capability("extlists");
        piece<MatchType>(":list", std::make_unique<ListType>());
        test("valid_ext_list", "extlists", compile_valid);
        tag(":list", "extlists", {"redirect"}, compile_list);
    }
    void configure(const ConfigNode& config, Diagnostics& problems) override {
        lists_.configure(config, problems);
    }
    Result<void> declare(Registrar& registrar) override {
        registrar.provide<ExternalLists>(lists_);
        return ExtensionPlugin::declare(registrar);
    }

private:
    ConfiguredLists lists_;
};

}  // namespace

}  // namespace postern::sieve

POSTERN_PLUGIN(postern::sieve::ExtLists, {.id = "sieve-extlists",
                                          .summary = "Sieve: extlists (RFC 6134)",
                                          .dependencies = postern::sieve::needs_engine,
                                          .config_schema = "lists: map  names (URIs) and members\n"});
