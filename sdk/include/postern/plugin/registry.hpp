#pragma once
// Typed registries. An interface is an abstract class with
//     static constexpr InterfaceId interface_id{"postern.imap.command", 1, 0};
// Plugins offer implementations of it by name; others look them up. The host owns the tables, tags every entry with
// its plugin, refuses duplicates (naming both plugins) and seals everything before start.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "postern/export.hpp"
#include "postern/result.hpp"

namespace postern {

/// Identity of an interface. A published interface is frozen; growth is a new class with a new id or a raised minor
/// that promises more. Drafts have "/draft-N" in their id.
struct InterfaceId {
    std::string_view id;
    std::uint16_t major;
    std::uint16_t minor;
};

/// One registered implementation.
struct RegistryEntry {
    std::string
        name;  ///< unique within the interface; case-insensitive (ASCII); may be "" for a sole provider
    std::string plugin;  ///< id of the owner, "kernel" for the host's own
    void* object;        ///< the interface pointer, as its own type
};

/// Read access to the registries.
class POSTERN_SDK Lookup {
public:
    virtual ~Lookup();

    /// The implementation registered under `name`, or null.
    template <class Interface>
    Interface* find(std::string_view name = {}) const {
        return static_cast<Interface*>(find_object(Interface::interface_id, name));
    }

    template <class Interface>
    struct Named {
        std::string_view name;
        std::string_view plugin;
        Interface* object;
    };

    /// All implementations, in the order of declaration (dependency order, then the order of the YAML list).
    template <class Interface>
    std::vector<Named<Interface>> all() const {
        std::vector<Named<Interface>> out;
        for (const RegistryEntry* entry : entries(Interface::interface_id)) {
            out.push_back({entry->name, entry->plugin, static_cast<Interface*>(entry->object)});
        }
        return out;
    }

protected:
    virtual void* find_object(const InterfaceId& id, std::string_view name) const = 0;
    virtual std::vector<const RegistryEntry*> entries(const InterfaceId& id) const = 0;
};

/// Write access, during Plugin::declare only. Objects stay owned by the plugin and live until it is destroyed.
class POSTERN_SDK Registrar {
public:
    virtual ~Registrar();

    /// Offers `object` as Interface under `name`. A name that is taken makes the plugin's whole declare fail, with an
    /// error that names both plugins.
    template <class Interface>
    void add(std::string_view name, Interface& object) {
        add_object(Interface::interface_id, name, &object);
    }

    /// Offers the sole implementation of an interface.
    template <class Interface>
    void provide(Interface& object) {
        add_object(Interface::interface_id, {}, &object);
    }

    /// What plugins this one depends on have declared already.
    virtual const Lookup& lookup() const = 0;

protected:
    virtual void add_object(const InterfaceId& id, std::string_view name, void* object) = 0;
};

}  // namespace postern
