#include "postern/gateway/provider_credentials.hpp"

namespace postern::gateway {

ProviderCredentials::~ProviderCredentials() = default;

}  // namespace postern::gateway
