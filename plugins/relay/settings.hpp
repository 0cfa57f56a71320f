#pragma once
// Where mail of accounts leaves.
//
//     - relay: { hosts: { example.net: { server: "smtp.example.net:587", tls: starttls, auth: account } } }
#include <chrono>
#include <map>
#include <string>

#include "postern/config/config_node.hpp"
#include "postern/net/stream.hpp"

namespace postern::relay {

struct SmartHost {
    std::string host;
    std::uint16_t port = 587;
    enum class Tls { none, starttls, implicit } tls = Tls::starttls;
    /// account: the name and password with which the account's mail is collected.
    enum class Auth { none, account, fixed } auth = Auth::account;
    bool local_part_only = false;  ///< account: the login name is what stands before the @
    std::string user;              ///< fixed
    std::string password;
    /// account, with a token: what must have been granted for sending, a scope or its last part. "": not looked at.
    std::string scope;
    std::string ca_file;
    std::string pin;
};

/// "https://outlook.office.com/SMTP.Send" has the scope "SMTP.Send"; so has it itself.
bool has_scope(std::string_view granted, std::string_view wanted);

struct Settings {
    std::map<std::string, SmartHost, std::less<>>
        hosts;                          ///< by domain of the login, lower case; "*": everything else
    std::string name;                   ///< EHLO
    std::chrono::seconds timeout{300};  ///< for a reply
    std::chrono::seconds connect_timeout{30};
    unsigned rate = 200;  ///< messages an hour and account that filters may send

    /// Null if accounts like this have none.
    const SmartHost* find(std::string_view login) const;
};

Settings read_settings(const ConfigNode& config, Diagnostics& problems);

}  // namespace postern::relay
