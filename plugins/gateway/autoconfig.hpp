#pragma once
// Where a domain's mailboxes are, as mail clients are told: files in the form of Thunderbird's autoconfig (clientConfig 1.1).
#include <string>
#include <string_view>

#include "postern/gateway/remote.hpp"
#include "postern/result.hpp"

namespace postern::gateway {

struct AutoconfigEntry {
    RemoteServer server;
    bool local_part_only = false;  ///< the login name is what stands before the @
};

/// The first incoming server of that type ("pop3", "imap") that takes passwords over TLS, implicit before STARTTLS. Pure.
/// Errors: invalid, not_found.
Result<AutoconfigEntry> parse_autoconfig(std::string_view xml, std::string_view type,
                                         std::string_view domain);

/// The same of FOLDER/DOMAIN.xml.
Result<AutoconfigEntry> read_autoconfig(const std::string& folder, std::string_view type,
                                        const std::string& domain);

}  // namespace postern::gateway
