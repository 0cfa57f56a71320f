#pragma once
#include <chrono>
#include <string>
#include <vector>

#include "postern/config/config_node.hpp"

namespace postern::delivery {

struct Settings {
    /// Domains that are ours: their addresses belong to accounts of the whole address or of the local part. Empty: any.
    std::vector<std::string> domains;
    std::string separator = "+";  ///< between user and detail (RFC 5233); "" for none
    std::size_t max_hops = 100;   ///< Received fields of a message that is not going round in circles
    /// A message with an envelope id (ENVID) that came before from this sender for this recipient is not stored again.
    bool drop_duplicates = false;
    std::chrono::seconds remember{
        60};  ///< how long the account of an address is known without asking the store
};

Settings read_settings(const ConfigNode& config, Diagnostics& problems);

}  // namespace postern::delivery
