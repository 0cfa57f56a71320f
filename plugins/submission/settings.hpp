#pragma once
#include <map>
#include <string>
#include <vector>

#include "postern/config/config_node.hpp"
#include "postern/smtp/server.hpp"

namespace postern::submission {

struct Settings {
    smtp::ServerOptions server;
    bool keep_sent = true;                  ///< a copy in the mailbox for sent mail
    std::chrono::seconds sent_memory{600};  ///< so long a client's own copy is recognised
    std::chrono::seconds longest_hold{0};   ///< FUTURERELEASE; 0: messages are not held
    std::size_t most_held = 100;            ///< messages of one account
    /// Further addresses that accounts may send from, by login.
    std::map<std::string, std::vector<std::string>, std::less<>> senders;
};

Settings read_settings(const ConfigNode& config, Diagnostics& problems);

}  // namespace postern::submission
