#pragma once
// The contract of connectors (postern/gateway/connector.hpp) as GoogleTest cases: what the plugin says of itself, what its
// sessions must answer, and what becomes of them when the line fails at any step. A connector's test program says
//
//     const bool registered = postern::testkit::register_connector_contract(
//         "Letterbox", {.plugin = "build/connector-letterbox.so", .make_world = [] { return make_world(); }});
//
// at namespace scope and gets a test "Letterbox.CASE" for each. The plugin is loaded as the server loads it; its connector
// must reach the provider through the host's Dialer and nothing else.
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "postern/testkit/connector_world.hpp"

namespace postern::testkit {

struct ConnectorKit {
    std::string
        plugin;  ///< path of the shared library, whose name is the plugin's id and the connector's name
    std::function<std::unique_ptr<World>()> make_world;  ///< a provider with an empty mailbox
    /// So many octets of a reply without end may be read before the connector gives up.
    std::uint64_t patience_octets = 4ULL << 20;
};

/// Registers every case of the contract as a test of the suite `name`. Answers true.
bool register_connector_contract(const std::string& name, ConnectorKit kit);

}  // namespace postern::testkit
