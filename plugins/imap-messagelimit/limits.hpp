#pragma once
#include <cstdint>

namespace postern::imap {

/// How many messages one command may work on; 0: as many as there are.
struct MessageLimits {
    std::uint32_t messages = 0;  ///< MESSAGELIMIT
    std::uint32_t saves = 0;     ///< of COPY and APPEND
};

}  // namespace postern::imap
