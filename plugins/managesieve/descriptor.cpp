#include "server.hpp"

namespace {

constexpr postern_interface needed[] = {
    {"postern.sieve.engine", 1, 0, postern_requires},
    {nullptr, 0, 0, 0},
};

}  // namespace

POSTERN_PLUGIN(postern::managesieve::ManageSieve,
               {.id = "managesieve",
                .summary = "ManageSieve (RFC 5804): scripts are kept and checked over the network",
                .dependencies = needed,
                .config_schema = "autologout: duration  a client may be silent for so long (30m)\n"
                                 "sign_in_time: duration  from the greeting to a successful sign-in (3m)\n"});
