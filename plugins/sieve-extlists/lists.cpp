#include "lists.hpp"

#include <algorithm>
#include <set>

#include "postern/mime/decode.hpp"
#include "postern/sieve/compiler.hpp"

namespace postern::sieve {

namespace {

constexpr std::string_view urn = "urn:ietf:params:sieve:";
constexpr std::string_view default_book = "urn:ietf:params:sieve:addrbook:default";

int hex(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

std::string percent_decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size() && hex(text[i + 1]) >= 0 && hex(text[i + 2]) >= 0) {
            out += static_cast<char>(hex(text[i + 1]) * 16 + hex(text[i + 2]));
            i += 2;
        } else {
            out += text[i];
        }
    }
    return out;
}

}  // namespace

std::string list_name(std::string_view name) {
    std::string full =
        name.starts_with(':') ? std::string(urn) + std::string(name.substr(1)) : std::string(name);
    if (to_lower(percent_decoded(full)) == default_book) return std::string(default_book);
    return full;
}

void ConfiguredLists::configure(const ConfigNode& config, Diagnostics& problems) {
    lists_.clear();
    config.check_keys({"lists"}, problems);
    const ConfigNode lists = config["lists"];
    for (const auto& [name, node] : lists.fields()) {
        const bool uri = name.starts_with(':') || name.find(':') != std::string::npos;
        if (!uri)
            problems.error(node.place(), "the name of a list is a URI, as \"tag:example.org,2026:friends\"");
        lists_[list_name(name)] = config["lists"].get_strings(name, problems);
    }
}

std::vector<std::string> ConfiguredLists::schemes() const {
    std::set<std::string> out{"urn"};
    for (const auto& [name, members] : lists_) out.insert(to_lower(name.substr(0, name.find(':'))));
    return {out.begin(), out.end()};
}

bool ConfiguredLists::exists(std::string_view name) const {
    const std::string full = list_name(name);
    return full == default_book || lists_.contains(full);
}

std::optional<std::string> ConfiguredLists::find(std::string_view name, std::string_view value) const {
    const auto list = lists_.find(list_name(name));
    if (list == lists_.end()) return std::nullopt;
    const std::string wanted = mime::fold(value);
    for (const std::string& member : list->second) {
        if (mime::fold(member) == wanted) return member;
    }
    return std::nullopt;
}

std::optional<std::vector<std::string>> ConfiguredLists::members(std::string_view name) const {
    const auto list = lists_.find(list_name(name));
    if (list == lists_.end()) return std::vector<std::string>();
    return list->second;
}

}  // namespace postern::sieve
