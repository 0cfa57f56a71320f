#include "access_rules.hpp"

namespace postern::imap {

namespace {

bool is_builtin(const UrlAccess& access) {
    for (const char* name : {"user", "authuser", "anonymous", "submit", "stream"}) {
        if (access.application == name) return true;
    }
    return false;
}

}  // namespace

bool AccessRules::knows(const UrlAccess& access) const {
    return is_builtin(access) || logins_.contains(access.application);
}

bool AccessRules::permits(const UrlAccess& access, std::string_view login) const {
    if (access.application == "user") return access.user && *access.user == login;
    // Nobody is anonymous here: all have signed in.
    if (access.application == "authuser" || access.application == "anonymous") return true;
    // The user of "submit+fred" is the application's to check.
    const auto found = logins_.find(access.application);
    return found != logins_.end() && found->second.contains(login);
}

}  // namespace postern::imap
