#include "postern/config/config_node.hpp"

#include <algorithm>
#include <charconv>
#include <span>

#include "postern/config/nearest.hpp"

namespace postern {

namespace {

const char* describe(ConfigNode::Kind kind) {
    switch (kind) {
        case ConfigNode::Kind::missing:
            return "nothing";
        case ConfigNode::Kind::null:
            return "nothing";
        case ConfigNode::Kind::scalar:
            return "a single value";
        case ConfigNode::Kind::sequence:
            return "a list";
        case ConfigNode::Kind::map:
            return "a map of keys and values";
    }
    return "something else";
}

/// The scalar under `key`, or null: then nothing was given, or something else was, which is reported.
const std::string* scalar_at(const ConfigNode& child, std::string_view key, const char* wanted,
                             Diagnostics& problems) {
    if (child.kind() == ConfigNode::Kind::scalar) return &child.text();
    if (child.exists()) {
        problems.error(child.place(),
                       "`" + std::string(key) + "` must be " + wanted + ", not " + describe(child.kind()));
    }
    return nullptr;
}

void wrong_value(const ConfigNode& child, std::string_view key, std::string_view wanted,
                 Diagnostics& problems) {
    problems.error(child.place(), "`" + std::string(key) + "` is \"" + child.text() + "\" but must be " +
                                      std::string(wanted));
}

/// Number at the start of `text`; what follows goes to `unit`. False if there is none.
bool split_number(std::string_view text, std::uint64_t& number, std::string_view& unit) {
    const auto* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc()) return false;
    unit = std::string_view(rest, static_cast<std::size_t>(end - rest));
    return true;
}

struct Unit {
    std::string_view name;
    std::uint64_t factor;
};

constexpr Unit duration_units[] = {{"ms", 1},       {"", 1000},       {"s", 1000},     {"m", 60'000},
                                   {"min", 60'000}, {"h", 3'600'000}, {"d", 86400000}, {"w", 604'800'000}};
constexpr Unit size_units[] = {{"", 1},           {"b", 1},           {"k", 1ULL << 10}, {"kb", 1ULL << 10},
                               {"m", 1ULL << 20}, {"mb", 1ULL << 20}, {"g", 1ULL << 30}, {"gb", 1ULL << 30},
                               {"t", 1ULL << 40}};

std::string lower(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(),
                   [](unsigned char c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c); });
    return out;
}

std::optional<std::uint64_t> with_unit(std::string_view text, std::span<const Unit> units) {
    std::uint64_t number = 0;
    std::string_view rest;
    if (!split_number(text, number, rest)) return std::nullopt;
    const std::string unit = lower(rest);
    for (const auto& [name, factor] : units) {
        if (unit != name) continue;
        if (number > static_cast<std::uint64_t>(INT64_MAX) / factor) return std::nullopt;
        return number * factor;
    }
    return std::nullopt;
}

}  // namespace

std::string ConfigPlace::to_string() const {
    std::string out = file;
    if (line > 0) out += ":" + std::to_string(line) + ":" + std::to_string(column);
    return out;
}

void Diagnostics::error(ConfigPlace place, std::string text) {
    add({std::move(place), std::move(text), true});
}

void Diagnostics::warning(ConfigPlace place, std::string text) {
    add({std::move(place), std::move(text), false});
}

void Diagnostics::add(Entry entry) {
    // The host and a plugin may both find the same mistake.
    const auto same = [&](const Entry& e) {
        return e.place.line == entry.place.line && e.place.column == entry.place.column &&
               e.place.file == entry.place.file && e.text == entry.text;
    };
    if (std::none_of(entries_.begin(), entries_.end(), same)) entries_.push_back(std::move(entry));
}

bool Diagnostics::has_errors() const {
    return std::any_of(entries_.begin(), entries_.end(), [](const Entry& e) { return e.fatal; });
}

ConfigNode::ConfigNode() : data_(std::make_shared<Data>()) {}
ConfigNode::ConfigNode(std::shared_ptr<const Data> data) : data_(std::move(data)) {}

ConfigNode::Kind ConfigNode::kind() const {
    return data_->kind;
}
const ConfigPlace& ConfigNode::place() const {
    return data_->place;
}
const std::vector<ConfigNode>& ConfigNode::items() const {
    return data_->items;
}
const std::vector<std::pair<std::string, ConfigNode>>& ConfigNode::fields() const {
    return data_->fields;
}
const ConfigPlace& ConfigNode::key_place(std::size_t field) const {
    return field < data_->field_places.size() ? data_->field_places[field] : data_->place;
}
const std::string& ConfigNode::text() const {
    return data_->scalar;
}

ConfigNode ConfigNode::operator[](std::string_view key) const {
    for (const auto& [name, child] : data_->fields) {
        if (name == key) return child;
    }
    auto missing = std::make_shared<Data>();
    missing->place = data_->place;
    return ConfigNode(std::move(missing));
}

std::string ConfigNode::get_string(std::string_view key, std::string_view fallback,
                                   Diagnostics& problems) const {
    const auto child = (*this)[key];
    const auto* text = scalar_at(child, key, "text", problems);
    return text ? *text : std::string(fallback);
}

std::optional<std::string> ConfigNode::require_string(std::string_view key, Diagnostics& problems) const {
    const auto child = (*this)[key];
    if (child.kind() == Kind::missing || child.kind() == Kind::null) {
        problems.error(child.place(), "`" + std::string(key) + "` is missing");
        return std::nullopt;
    }
    const auto* text = scalar_at(child, key, "text", problems);
    return text ? std::optional(*text) : std::nullopt;
}

bool ConfigNode::get_bool(std::string_view key, bool fallback, Diagnostics& problems) const {
    const auto child = (*this)[key];
    const auto* text = scalar_at(child, key, "`yes` or `no`", problems);
    if (!text) return fallback;
    const std::string word = lower(*text);
    if (word == "true" || word == "yes" || word == "on") return true;
    if (word == "false" || word == "no" || word == "off") return false;
    wrong_value(child, key, "`yes` or `no`", problems);
    return fallback;
}

std::int64_t ConfigNode::get_int(std::string_view key, std::int64_t fallback, std::int64_t low,
                                 std::int64_t high, Diagnostics& problems) const {
    const auto child = (*this)[key];
    const auto* text = scalar_at(child, key, "a number", problems);
    if (!text) return fallback;
    std::int64_t value = 0;
    const auto* end = text->data() + text->size();
    const auto [rest, error] = std::from_chars(text->data(), end, value);
    if (error == std::errc() && rest == end && value >= low && value <= high) return value;
    wrong_value(child, key, "a number from " + std::to_string(low) + " to " + std::to_string(high), problems);
    return fallback;
}

std::chrono::milliseconds ConfigNode::get_duration(std::string_view key, std::chrono::milliseconds fallback,
                                                   Diagnostics& problems) const {
    const auto child = (*this)[key];
    const auto* text = scalar_at(child, key, "a duration", problems);
    if (!text) return fallback;
    if (const auto value = with_unit(*text, duration_units)) return std::chrono::milliseconds(*value);
    wrong_value(child, key, "a duration such as 250ms, 30s, 5m, 2h or 30d", problems);
    return fallback;
}

std::uint64_t ConfigNode::get_size(std::string_view key, std::uint64_t fallback,
                                   Diagnostics& problems) const {
    const auto child = (*this)[key];
    const auto* text = scalar_at(child, key, "a size", problems);
    if (!text) return fallback;
    if (const auto value = with_unit(*text, size_units)) return *value;
    wrong_value(child, key, "a size such as 4096, 64k, 50M or 2G", problems);
    return fallback;
}

std::vector<std::string> ConfigNode::get_strings(std::string_view key, Diagnostics& problems) const {
    std::vector<std::string> out;
    const auto child = (*this)[key];
    if (child.kind() == Kind::scalar) out.push_back(child.text());
    if (child.kind() == Kind::map) {
        problems.error(child.place(), "`" + std::string(key) + "` must be a list");
    }
    for (const auto& item : child.items()) {
        if (item.kind() == Kind::scalar) {
            out.push_back(item.text());
        } else {
            problems.error(item.place(), "each item of `" + std::string(key) + "` must be text");
        }
    }
    return out;
}

void ConfigNode::check_keys(const std::vector<std::string_view>& known, Diagnostics& problems) const {
    if (kind() != Kind::map && kind() != Kind::missing && kind() != Kind::null) {
        problems.error(place(),
                       std::string("a map of keys and values is needed here, not ") + describe(kind()));
        return;
    }
    for (std::size_t i = 0; i < data_->fields.size(); ++i) {
        const auto& name = data_->fields[i].first;
        if (std::find(known.begin(), known.end(), name) != known.end()) continue;
        problems.error(key_place(i), "unknown key `" + name + "`" + suggestion(name, known));
    }
}

}  // namespace postern
