#pragma once
// Which key sealed values are under, for those who write them: a key may retire between sealing and writing.
#include <string_view>

#include "postern/export.hpp"
#include "postern/plugin/registry.hpp"

namespace postern {

/// Provided by the host beside Sealer. Thread-safe.
class POSTERN_SDK SealingKeys {
public:
    static constexpr InterfaceId interface_id{"postern.auth.sealing_keys", 1, 0};
    virtual ~SealingKeys();
    /// The value is sealed under the key that Sealer::seal() uses now. Asked after a value was written, and the value sealed and
    /// written anew if not, no value under an older key is left behind by a rotation that looked before it was written.
    virtual bool is_current(std::string_view sealed) = 0;
};

}  // namespace postern
