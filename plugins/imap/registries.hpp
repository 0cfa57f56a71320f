#pragma once
// Everything the extension points were given, collected once when the server starts; read-only after.
#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "postern/imap/ext/access.hpp"
#include "postern/imap/ext/announcer.hpp"
#include "postern/imap/ext/engine.hpp"
#include "postern/imap/ext/message_observer.hpp"
#include "postern/imap/ext/mode.hpp"
#include "postern/imap/ext/operation.hpp"
#include "postern/imap/ext/response_filter.hpp"
#include "postern/plugin/registry.hpp"

namespace postern::imap {

/// Ids of plugins that a listener leaves out.
using PluginNames = std::set<std::string, std::less<>>;

/// Implementations of one interface by name, in capitals.
template <class Interface>
class Table {
public:
    void collect(const Lookup& lookup, const PluginNames& without) {
        for (const auto& entry : lookup.all<Interface>()) {
            if (without.contains(entry.plugin)) continue;
            in_order_.push_back(entry.object);
            by_name_.emplace(to_upper(entry.name), entry.object);
        }
    }
    /// Only those whose name, in capitals, passes.
    template <class Test>
    void keep(Test test) {
        std::erase_if(by_name_, [&](const auto& named) { return !test(named.first); });
        std::erase_if(in_order_, [&](const Interface* one) {
            return std::ranges::none_of(by_name_, [&](const auto& named) { return named.second == one; });
        });
    }
    /// `name` in capitals; null if unknown.
    Interface* find(const std::string& name) const {
        const auto found = by_name_.find(name);
        return found == by_name_.end() ? nullptr : found->second;
    }
    /// As declared.
    const std::vector<Interface*>& all() const { return in_order_; }
    const std::unordered_map<std::string, Interface*>& names() const { return by_name_; }
    void sort_by_order() {
        std::ranges::stable_sort(in_order_, {}, [](const Interface* i) { return i->order(); });
    }

private:
    std::vector<Interface*> in_order_;
    std::unordered_map<std::string, Interface*> by_name_;
};

struct Registries {
    Table<CommandHandler> commands;
    Table<CommandHook> hooks;
    Table<Capability> capabilities;
    Table<Feature> features;
    Table<SessionMode> modes;
    Table<SaslMechanism> mechanisms;
    Table<ResponseCodes> codes;
    Table<ResponseFilter> filters;
    Table<FetchItemHandler> fetch_items;
    Table<FetchModifier> fetch_modifiers;
    Table<StoreModifier> store_modifiers;
    Table<SearchKey> search_keys;
    Table<SearchReturnOption> search_returns;
    Table<SearchDecorator> search_decorators;
    Table<SelectParameter> select_parameters;
    Table<CreateParameter> create_parameters;
    Table<StatusItem> status_items;
    Table<ListSelection> list_selections;
    Table<ListReturn> list_returns;
    Table<MailboxAttributes> mailbox_attributes;
    Table<AppendSource> append_sources;
    Table<AppendOption> append_options;
    Table<AppendFilter> append_filters;
    Table<Announcer> announcers;
    Table<MessageObserver> observers;
    SetReference* set_reference = nullptr;
    PluginNames without;  ///< set before collect()

    // Who may see what is no matter of the listener: these are there however much it leaves out.
    Table<MailboxAttributes> hiders;
    MailboxAccess* access = nullptr;

    /// Everything but what the plugins `without` registered.
    void collect(const Lookup& lookup);
};

}  // namespace postern::imap
