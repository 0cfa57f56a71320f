#include "plugin.hpp"

namespace {

constexpr postern_interface provided[] = {
    {"postern.sieve.engine", 1, 0, 0},
    {"postern.sieve.stored_mail", 1, 0, 0},
    {nullptr, 0, 0, 0},
};

}  // namespace

POSTERN_PLUGIN(
    postern::sieve::SievePlugin,
    {.id = "sieve",
     .summary = "Sieve (RFC 5228): the interpreter; extensions are plugins of their own",
     .provides = provided,
     .config_schema =
         "script_size: size  octets of one script (1M)\n"
         "scripts: number  of one account (100)\n"
         "work: number  steps of one run (2000000)\n"
         "actions: number  of one run (64)\n"
         "redirects: number  of one run (5)\n"
         "domain: string  of logins that are no addresses (the machine's name)\n"
         "global: string  folder of the site's scripts, NAME.sieve, for include :global (none)\n"});
