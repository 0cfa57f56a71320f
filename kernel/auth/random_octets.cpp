#include "kernel/auth/random_octets.hpp"

#include <openssl/rand.h>

#include "kernel/auth/openssl_octets.hpp"

namespace postern::auth {

std::string random_octets(std::size_t count) {
    std::string out(count, '\0');
    require(RAND_bytes(octets(out), static_cast<int>(count)) == 1, "no random octets");
    return out;
}

}  // namespace postern::auth
