#include "kernel/plugin/registry_table.hpp"

#include <algorithm>
#include <stdexcept>

namespace postern::plugin {

namespace {

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    }
    return out;
}

}  // namespace

void RegistryTable::add_own(const InterfaceId& id, std::string_view name, void* object) {
    if (sealed_) throw std::logic_error("the registries are sealed");
    auto entry = std::make_unique<Entry>(
        Entry{{std::string(name), "kernel", object}, lower(name), id.major, id.minor});
    tables_[std::string(id.id)].push_back(std::move(entry));
}

const RegistryTable::Entry* RegistryTable::find_entry(std::string_view id, std::uint16_t major,
                                                      std::string_view key) const {
    const auto table = tables_.find(id);
    if (table == tables_.end()) return nullptr;
    for (const auto& entry : table->second) {
        if (entry->major == major && entry->key == key) return entry.get();
    }
    return nullptr;
}

void* RegistryTable::find_object(const InterfaceId& id, std::string_view name) const {
    const auto* entry = find_entry(id.id, id.major, lower(name));
    return entry != nullptr && entry->minor >= id.minor ? entry->entry.object : nullptr;
}

std::vector<const RegistryEntry*> RegistryTable::entries(const InterfaceId& id) const {
    std::vector<const RegistryEntry*> out;
    const auto table = tables_.find(id.id);
    if (table == tables_.end()) return out;
    for (const auto& entry : table->second) {
        if (entry->major == id.major && entry->minor >= id.minor) out.push_back(&entry->entry);
    }
    return out;
}

RegistryTable::Transaction::Transaction(RegistryTable& table, std::string plugin)
    : table_(table), plugin_(std::move(plugin)) {
    if (table.sealed_) throw std::logic_error("the registries are sealed");
}

void RegistryTable::Transaction::add_object(const InterfaceId& id, std::string_view name, void* object) {
    auto entry =
        std::make_unique<Entry>(Entry{{std::string(name), plugin_, object}, lower(name), id.major, id.minor});
    std::string owner;
    if (const auto* taken = table_.find_entry(id.id, id.major, entry->key)) owner = taken->entry.plugin;
    for (const auto& other : added_) {
        const bool same =
            other.interface == id.id && other.entry->major == id.major && other.entry->key == entry->key;
        if (same) owner = plugin_;
    }
    if (!owner.empty() && fault_.empty()) {
        const std::string what = name.empty() ? "" : "`" + std::string(name) + "` of ";
        fault_ =
            "offers " + what + "interface `" + std::string(id.id) + "`, which " +
            (owner == plugin_ ? "it has offered already" : "`" + owner + "` offers already; list only one");
    }
    added_.push_back({std::string(id.id), std::move(entry)});
}

Result<void> RegistryTable::Transaction::commit() {
    if (!fault_.empty()) return Error(Errc::already_exists, fault_);
    for (auto& [interface, entry] : added_) table_.tables_[interface].push_back(std::move(entry));
    added_.clear();
    return {};
}

}  // namespace postern::plugin
