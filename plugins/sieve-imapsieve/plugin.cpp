// imapsieve (RFC 6785): the name that scripts for events of IMAP require. What they see of events are items of "environment",
// which whoever runs them fills; the plugin imapsieve does.
#include "postern/sieve/pieces.hpp"

namespace postern::sieve {

namespace {

class ImapSieve final : public ExtensionPlugin {
public:
    explicit ImapSieve(Host& host) : ExtensionPlugin(host) { capability("imapsieve"); }
};

}  // namespace

}  // namespace postern::sieve

POSTERN_PLUGIN(postern::sieve::ImapSieve, {.id = "sieve-imapsieve",
                                           .summary = "Sieve: imapsieve (RFC 6785)",
                                           .dependencies = postern::sieve::needs_engine});
