// Requires a newer version of an interface than anybody provides, and one that does not exist.
#include "postern/plugin/plugin.hpp"

namespace {

class Broken final : public postern::Plugin {
public:
    explicit Broken(postern::Host&) {}
};

constexpr postern_interface dependencies[] = {
    {"sample.greeting", 1, 9, postern_requires}, {"sample.farewell", 2, 0, postern_requires}, {}};

}  // namespace

POSTERN_PLUGIN(Broken, {.id = "broken-requirement", .dependencies = dependencies});
