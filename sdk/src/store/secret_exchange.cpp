#include "postern/store/secret_exchange.hpp"

namespace postern::store {

SecretExchange::~SecretExchange() = default;

}  // namespace postern::store
