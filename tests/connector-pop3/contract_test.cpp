// The plugin as it is installed, under the connector kit.
#include "postern/testkit/connector_contract.hpp"
#include "world.hpp"

namespace postern::pop3 {
namespace {

[[maybe_unused]] const bool registered = testkit::register_connector_contract(
    "Pop3Contract",
    {.plugin = POSTERN_PLUGIN_FILE, .make_world = [] { return std::make_unique<test::Pop3World>(); }});

}  // namespace
}  // namespace postern::pop3
