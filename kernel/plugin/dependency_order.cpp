#include "kernel/plugin/dependency_order.hpp"

#include <algorithm>

namespace postern::plugin {

namespace {

bool satisfies(const InterfaceRef& offered, const InterfaceRef& wanted) {
    return offered.id == wanted.id && offered.major == wanted.major && offered.minor >= wanted.minor;
}

bool fulfils(const Description& plugin, const InterfaceRef& wanted) {
    return plugin.id == wanted.id || std::ranges::any_of(plugin.provides, [&](const auto& offered) {
               return satisfies(offered, wanted);
           });
}

class Sorter {
public:
    Sorter(const std::vector<const Description*>& plugins, const std::vector<InterfaceRef>& host)
        : plugins_(plugins), host_(host), before_(plugins.size()), state_(plugins.size(), State::untouched) {}

    DependencyOrder run() {
        for (std::size_t i = 0; i < plugins_.size(); ++i) {
            for (const auto& wanted : plugins_[i]->dependencies) collect(i, wanted);
            check_conflicts(i);
        }
        // Edges in list order, so that the order of the YAML breaks ties.
        for (auto& edges : before_) std::sort(edges.begin(), edges.end());
        for (std::size_t i = 0; i < plugins_.size(); ++i) visit(i);
        return std::move(out_);
    }

private:
    enum class State { untouched, open, done };

    /// Finds who fulfils `wanted`, adds the edges, reports if it is required and nobody does.
    void collect(std::size_t self, const InterfaceRef& wanted) {
        bool found =
            std::any_of(host_.begin(), host_.end(), [&](const auto& h) { return satisfies(h, wanted); });
        std::string near;
        for (std::size_t i = 0; i < plugins_.size(); ++i) {
            if (i == self) continue;
            for (const auto& offered : plugins_[i]->provides) {
                if (offered.id == wanted.id)
                    near = "`" + plugins_[i]->id + "` provides " + offered.to_string();
            }
            if (!fulfils(*plugins_[i], wanted)) continue;
            found = true;
            before_[self].push_back(i);
        }
        for (const auto& offered : host_) {
            if (offered.id == wanted.id) near = "this server provides " + offered.to_string();
        }
        if (found || wanted.strength != postern_requires) return;
        std::string text = "requires " + wanted.to_string();
        text += near.empty() ? ", which no listed plugin provides" : ", but " + near;
        out_.problems.push_back({self, std::move(text)});
    }

    void check_conflicts(std::size_t self) {
        for (const auto& other : plugins_[self]->conflicts) {
            for (const auto* plugin : plugins_) {
                if (plugin->id == other) {
                    out_.problems.push_back(
                        {self, "cannot be used together with `" + other + "`: list only one"});
                }
            }
        }
    }

    void visit(std::size_t i) {
        if (state_[i] == State::done) return;
        if (state_[i] == State::open) {
            report_cycle(i);
            return;
        }
        state_[i] = State::open;
        path_.push_back(i);
        for (const auto dependency : before_[i]) visit(dependency);
        path_.pop_back();
        state_[i] = State::done;
        out_.order.push_back(i);
    }

    void report_cycle(std::size_t start) {
        std::string text = "depends on itself: ";
        const auto first = std::find(path_.begin(), path_.end(), start);
        for (auto at = first; at != path_.end(); ++at) text += plugins_[*at]->id + " -> ";
        text += plugins_[start]->id;
        out_.problems.push_back({start, std::move(text)});
    }

    const std::vector<const Description*>& plugins_;
    const std::vector<InterfaceRef>& host_;
    std::vector<std::vector<std::size_t>> before_;
    std::vector<State> state_;
    std::vector<std::size_t> path_;
    DependencyOrder out_;
};

}  // namespace

std::vector<std::size_t> dependents_of(std::size_t plugin, const std::vector<const Description*>& plugins,
                                       const std::vector<InterfaceRef>& host) {
    std::vector<bool> gone(plugins.size(), false);
    gone[plugin] = true;
    const auto fulfilled = [&](const InterfaceRef& wanted) {
        if (std::ranges::any_of(host, [&](const auto& offered) { return satisfies(offered, wanted); }))
            return true;
        for (std::size_t i = 0; i < plugins.size(); ++i) {
            if (!gone[i] && fulfils(*plugins[i], wanted)) return true;
        }
        return false;
    };
    const auto is_lost = [&](const Description& description) {
        return std::ranges::any_of(description.dependencies, [&](const auto& wanted) {
            return wanted.strength == postern_requires && !fulfilled(wanted);
        });
    };
    for (bool more = true; more;) {
        more = false;
        for (std::size_t i = 0; i < plugins.size(); ++i) {
            if (gone[i] || !is_lost(*plugins[i])) continue;
            gone[i] = more = true;
        }
    }
    std::vector<std::size_t> out;
    for (std::size_t i = 0; i < plugins.size(); ++i) {
        if (gone[i] && i != plugin) out.push_back(i);
    }
    return out;
}

DependencyOrder order_plugins(const std::vector<const Description*>& plugins,
                              const std::vector<InterfaceRef>& host) {
    return Sorter(plugins, host).run();
}

}  // namespace postern::plugin
