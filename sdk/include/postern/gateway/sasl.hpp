#pragma once
// What a client says in one step to prove who it is (RFC 4616, RFC 7628, XOAUTH2), before base64.
#include <cstdint>
#include <string>
#include <string_view>

#include "postern/export.hpp"
#include "postern/gateway/remote.hpp"

namespace postern::gateway {

POSTERN_SDK std::string base64(std::string_view octets);

/// RFC 4616, without an authorization identity.
POSTERN_SDK std::string sasl_plain(const RemoteCredential& credential);
/// RFC 7628 section 3.1.
POSTERN_SDK std::string sasl_oauthbearer(const RemoteCredential& credential, const RemoteServer& server);
/// What Google and Microsoft had before it.
POSTERN_SDK std::string sasl_xoauth2(const RemoteCredential& credential);

}  // namespace postern::gateway
