#pragma once
// The lists of the settings: names and their members.
#include <map>

#include "postern/config/config_node.hpp"
#include "postern/sieve/extension.hpp"

namespace postern::sieve {

/// "lists: { "tag:example.org,2026:friends": [ann@example.org, ben@example.org] }". Members are compared without case.
class ConfiguredLists final : public ExternalLists {
public:
    void configure(const ConfigNode& config, Diagnostics& problems);

    std::vector<std::string> schemes() const override;
    bool exists(std::string_view name) const override;
    std::optional<std::string> find(std::string_view name, std::string_view value) const override;
    std::optional<std::vector<std::string>> members(std::string_view name) const override;

private:
    std::map<std::string, std::vector<std::string>> lists_;
};

/// The form in which names are compared: ":addrbook:default" and its like in full, its case folded (RFC 6134 section 2.5).
std::string list_name(std::string_view name);

}  // namespace postern::sieve
