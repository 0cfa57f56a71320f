// The plugin as it is installed, under the connector kit, with servers of three generations: each is another way to find
// out what changed (gateway.md 4.1).
#include "postern/testkit/connector_contract.hpp"
#include "world.hpp"

namespace postern::imap_client {
namespace {

bool run_contract(const std::string& name, const std::string& capabilities) {
    testkit::ConnectorKit kit;
    kit.plugin = POSTERN_PLUGIN_FILE;
    kit.make_world = [capabilities] { return std::make_unique<test::ImapWorld>(capabilities); };
    // A response of 400 KB is a set of 50,000 UIDs; the connector takes 16 MB before it gives up.
    kit.patience_octets = 20ULL << 20;
    return testkit::register_connector_contract(name, std::move(kit));
}

[[maybe_unused]] const bool registered =
    run_contract("ImapContractPlain", "") &&
    run_contract("ImapContractCondstore", "MOVE ESEARCH LITERAL+ CONDSTORE LIST-EXTENDED LIST-STATUS") &&
    run_contract("ImapContractQresync",
                 "MOVE ESEARCH LITERAL+ CONDSTORE QRESYNC ENABLE LIST-EXTENDED LIST-STATUS SPECIAL-USE");

}  // namespace
}  // namespace postern::imap_client
