#pragma once
#include <string>

#include "postern/export.hpp"
#include "postern/store/ids.hpp"

namespace postern::gateway {

/// The context under which the password of a source is sealed (Sealer): SourceRow::sealed_credential.
POSTERN_SDK std::string credential_context(AccountId account, SourceId source);

}  // namespace postern::gateway
