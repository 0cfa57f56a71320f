#include "postern/auth/sealing_keys.hpp"

namespace postern {

SealingKeys::~SealingKeys() = default;

}  // namespace postern
