#pragma once
#include <string>

#include "postern/export.hpp"
#include "postern/store/ids.hpp"

namespace postern::gateway {

/// The context under which the password of a source is sealed (Sealer): SourceRow::sealed_credential.
POSTERN_SDK std::string credential_context(AccountId account, SourceId source);
/// The same where it is a refresh token: nobody takes one for the other.
POSTERN_SDK std::string refresh_token_context(AccountId account, SourceId source);

}  // namespace postern::gateway
