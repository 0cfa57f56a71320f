#pragma once
// A plugin's settings: a subtree of the YAML file, with places for error messages. The SDK does not show yaml-cpp.
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "postern/export.hpp"

namespace postern {

/// Where a value stands: "postern.yaml:12:5".
struct ConfigPlace {
    std::string file;
    int line = 0;    ///< from 1; 0 if unknown
    int column = 0;  ///< from 1

    POSTERN_SDK std::string to_string() const;
};

/// Collects every mistake of a configuration; nothing stops at the first.
class POSTERN_SDK Diagnostics {
public:
    /// One finding; a warning if not fatal.
    struct Entry {
        ConfigPlace place;
        std::string text;
        bool fatal;
    };

    void error(ConfigPlace place, std::string text);
    void warning(ConfigPlace place, std::string text);
    bool has_errors() const;
    const std::vector<Entry>& entries() const { return entries_; }

private:
    void add(Entry entry);

    std::vector<Entry> entries_;
};

/// Immutable view of one YAML node. Cheap to copy. Typed getters report a mistake to `problems` (wrong type, out of
/// range, missing) with place and what was meant, and then answer the fallback.
class POSTERN_SDK ConfigNode {
public:
    enum class Kind { missing, null, scalar, sequence, map };

    /// The tree behind: built by the kernel from YAML, by tests by hand.
    struct Data {
        Kind kind = Kind::missing;
        ConfigPlace place;
        std::string scalar;
        std::vector<ConfigNode> items;                           ///< of a sequence
        std::vector<std::pair<std::string, ConfigNode>> fields;  ///< of a map, in file order
        std::vector<ConfigPlace> field_places;                   ///< of the keys, as `fields`
    };

    ConfigNode();
    explicit ConfigNode(std::shared_ptr<const Data> data);

    Kind kind() const;
    bool exists() const { return kind() != Kind::missing; }
    const ConfigPlace& place() const;

    /// Child of a map; a missing node (which knows the map's place) if it is not there.
    ConfigNode operator[](std::string_view key) const;
    const std::vector<ConfigNode>& items() const;
    const std::vector<std::pair<std::string, ConfigNode>>& fields() const;
    const ConfigPlace& key_place(std::size_t field) const;
    /// Text of a scalar, "" otherwise.
    const std::string& text() const;

    std::string get_string(std::string_view key, std::string_view fallback, Diagnostics& problems) const;
    std::optional<std::string> require_string(std::string_view key, Diagnostics& problems) const;
    bool get_bool(std::string_view key, bool fallback, Diagnostics& problems) const;
    std::int64_t get_int(std::string_view key, std::int64_t fallback, std::int64_t low, std::int64_t high,
                         Diagnostics& problems) const;
    /// "250ms", "30s", "5m", "2h", "30d"; a bare number is seconds.
    std::chrono::milliseconds get_duration(std::string_view key, std::chrono::milliseconds fallback,
                                           Diagnostics& problems) const;
    /// "4096", "64k", "50M", "2G" (powers of 1024), in octets.
    std::uint64_t get_size(std::string_view key, std::uint64_t fallback, Diagnostics& problems) const;
    std::vector<std::string> get_strings(std::string_view key, Diagnostics& problems) const;

    /// Reports every key of this map that is not in `known`, with the nearest known one ("did you mean `poll`?").
    void check_keys(const std::vector<std::string_view>& known, Diagnostics& problems) const;

private:
    std::shared_ptr<const Data> data_;
};

}  // namespace postern
