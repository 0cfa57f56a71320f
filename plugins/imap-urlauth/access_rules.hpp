#pragma once
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "postern/imap/url.hpp"

namespace postern::imap {

/// URLs one command may name.
constexpr std::size_t max_urls = 100;

/// Who may use URLs with which access identifier (RFC 4467 section 3, RFC 5593 section 3.3).
class AccessRules {
public:
    /// `login` acts for an application: "submit" are message submission servers, "stream" media servers.
    void add(std::string application, std::string login) {
        logins_[std::move(application)].insert(std::move(login));
    }
    /// Such URLs are made here.
    bool knows(const UrlAccess& access) const;
    bool permits(const UrlAccess& access, std::string_view login) const;

private:
    std::map<std::string, std::set<std::string, std::less<>>, std::less<>> logins_;
};

}  // namespace postern::imap
