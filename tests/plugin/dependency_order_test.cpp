// The order of set-up.
#include "kernel/plugin/dependency_order.hpp"

#include <gtest/gtest.h>

namespace postern::plugin {
namespace {

Description named(const std::string& id, std::vector<InterfaceRef> dependencies = {},
                  std::vector<InterfaceRef> provides = {}) {
    Description out;
    out.id = id;
    out.dependencies = std::move(dependencies);
    out.provides = std::move(provides);
    return out;
}

std::vector<std::string> order(const std::vector<Description>& plugins,
                               std::vector<std::string>* problems = nullptr) {
    std::vector<const Description*> pointers;
    for (const auto& p : plugins) pointers.push_back(&p);
    const auto result = order_plugins(pointers, {{"host.thing", 1, 3, 0}});
    std::vector<std::string> out;
    for (const auto i : result.order) out.push_back(plugins[i].id);
    for (const auto& p : result.problems) {
        if (problems) problems->push_back(plugins[p.plugin].id + " " + p.text);
    }
    return out;
}

using Names = std::vector<std::string>;

TEST(DependencyOrder, WithoutDependenciesTheListsOrderStays) {
    EXPECT_EQ(order({named("c"), named("a"), named("b")}), (Names{"c", "a", "b"}));
}

TEST(DependencyOrder, HardSoftAndOrderOnlyAllComeBefore) {
    EXPECT_EQ(order({named("a", {{"z", 0, 0, postern_requires}}), named("b", {{"y.i", 1, 0, postern_uses}}),
                     named("c", {{"x", 0, 0, postern_after}}), named("x"), named("y", {}, {{"y.i", 1, 0, 0}}),
                     named("z")}),
              (Names{"z", "a", "y", "b", "x", "c"}));
}

TEST(DependencyOrder, AllProvidersOfAnInterfaceComeBeforeItsUser) {
    EXPECT_EQ(order({named("user", {{"i", 1, 0, postern_uses}}), named("p1", {}, {{"i", 1, 0, 0}}),
                     named("p2", {}, {{"i", 1, 4, 0}})}),
              (Names{"p1", "p2", "user"}));
}

TEST(DependencyOrder, TheHostFulfilsRequirementsByVersion) {
    Names problems;
    order({named("a", {{"host.thing", 1, 3, postern_requires}})}, &problems);
    EXPECT_TRUE(problems.empty());
    order({named("a", {{"host.thing", 1, 4, postern_requires}})}, &problems);
    order({named("a", {{"host.thing", 2, 0, postern_requires}})}, &problems);
    EXPECT_EQ(problems, (Names{"a requires `host.thing` 1.4, but this server provides `host.thing` 1.3",
                               "a requires `host.thing` 2.0, but this server provides `host.thing` 1.3"}));
}

TEST(DependencyOrder, AbsentSoftDependenciesAreFine) {
    Names problems;
    EXPECT_EQ(order({named("a", {{"n", 1, 0, postern_uses}, {"m", 0, 0, postern_after}})}, &problems),
              Names{"a"});
    EXPECT_TRUE(problems.empty());
}

TEST(DependencyOrder, WhatCannotDoWithoutAPlugin) {
    const std::vector<Description> plugins{named("core"),
                                           named("sort", {{"core", 0, 0, postern_requires}}),
                                           named("display", {{"sort", 0, 0, postern_requires}}),
                                           named("context", {{"sort", 0, 0, postern_uses}}),
                                           named("host-user", {{"host.thing", 1, 3, postern_requires}}),
                                           named("p1", {}, {{"i", 1, 0, 0}}),
                                           named("p2", {}, {{"i", 1, 4, 0}}),
                                           named("either", {{"i", 1, 0, postern_requires}}),
                                           named("newer", {{"i", 1, 2, postern_requires}})};
    std::vector<const Description*> pointers;
    for (const auto& p : plugins) pointers.push_back(&p);
    const auto dependents = [&](std::size_t plugin) {
        Names out;
        for (const auto i : dependents_of(plugin, pointers, {{"host.thing", 1, 3, 0}}))
            out.push_back(plugins[i].id);
        return out;
    };
    EXPECT_EQ(dependents(0), (Names{"sort", "display"}));
    EXPECT_EQ(dependents(1), (Names{"display"})) << "what only uses it stays";
    EXPECT_EQ(dependents(5), (Names{})) << "the other one provides it too";
    EXPECT_EQ(dependents(6), (Names{"newer"}));
}

TEST(DependencyOrder, CyclesArePrintedFromTheirStart) {
    Names problems;
    order({named("d", {{"a", 0, 0, postern_requires}}), named("a", {{"b", 0, 0, postern_requires}}),
           named("b", {{"c", 0, 0, postern_uses}}), named("c", {{"a", 0, 0, postern_after}})},
          &problems);
    EXPECT_EQ(problems, Names{"a depends on itself: a -> b -> c -> a"});
}

TEST(DependencyOrder, Conflicts) {
    Names problems;
    auto a = named("a");
    a.conflicts = {"b", "absent"};
    order({a, named("b")}, &problems);
    EXPECT_EQ(problems, Names{"a cannot be used together with `b`: list only one"});
}

}  // namespace
}  // namespace postern::plugin
