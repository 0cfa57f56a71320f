#pragma once
#include <atomic>
#include <cstdint>

namespace postern::mail {

/// Makes 63-bit ids that ascend in time: microseconds since 2026 in the upper 51 bits, a number drawn for this
/// process in the lower 12, so that nodes do not meet. Thread-safe.
class IdGenerator {
public:
    IdGenerator();
    std::uint64_t next();

private:
    std::uint64_t process_;
    std::atomic<std::uint64_t> last_{0};
};

}  // namespace postern::mail
