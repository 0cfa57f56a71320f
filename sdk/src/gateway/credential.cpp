#include "postern/gateway/credential.hpp"

namespace postern::gateway {

std::string credential_context(AccountId account, SourceId source) {
    return "source-credential " + std::to_string(value_of(account)) + ' ' + std::to_string(value_of(source));
}

std::string refresh_token_context(AccountId account, SourceId source) {
    return "source-refresh-token " + std::to_string(value_of(account)) + ' ' +
           std::to_string(value_of(source));
}

}  // namespace postern::gateway
