#pragma once
// The tables behind Registrar and Lookup: which object stands under which name of which interface, and whose it is.
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "postern/plugin/registry.hpp"

namespace postern::plugin {

/// All registries. Filled on the main thread; after seal() it never changes, so that reads need no lock.
class RegistryTable final : public Lookup {
public:
    /// Adds everything or nothing. The error names both plugins of a name that is taken.
    class Transaction;

    /// The host's own objects.
    template <class Interface>
    void provide(Interface& object, std::string_view name = {}) {
        add_own(Interface::interface_id, name, &object);
    }
    /// From now on every attempt to add is a programming error (std::logic_error).
    void seal() { sealed_ = true; }

protected:
    void* find_object(const InterfaceId& id, std::string_view name) const override;
    std::vector<const RegistryEntry*> entries(const InterfaceId& id) const override;

private:
    struct Entry {
        RegistryEntry entry;
        std::string key;  ///< name in lower case
        std::uint16_t major;
        std::uint16_t minor;
    };
    using Table = std::vector<std::unique_ptr<Entry>>;

    void add_own(const InterfaceId& id, std::string_view name, void* object);
    const Entry* find_entry(std::string_view id, std::uint16_t major, std::string_view key) const;

    std::map<std::string, Table, std::less<>> tables_;
    bool sealed_ = false;
};

class RegistryTable::Transaction final : public Registrar {
public:
    Transaction(RegistryTable& table, std::string plugin);
    const Lookup& lookup() const override { return table_; }
    /// Puts what was added into the tables, or nothing of it.
    Result<void> commit();

protected:
    void add_object(const InterfaceId& id, std::string_view name, void* object) override;

private:
    struct Added {
        std::string interface;
        std::unique_ptr<Entry> entry;
    };

    RegistryTable& table_;
    std::string plugin_;
    std::vector<Added> added_;
    std::string fault_;
};

}  // namespace postern::plugin
