#include "postern/testkit/connector_contract.hpp"
#include "world.hpp"

namespace {

[[maybe_unused]] const bool registered = postern::testkit::register_connector_contract(
    "Letterbox", {.plugin = LETTERBOX_PLUGIN,
                  .make_world = [] { return std::make_unique<letterbox::test::LetterboxWorld>(); }});

}  // namespace
