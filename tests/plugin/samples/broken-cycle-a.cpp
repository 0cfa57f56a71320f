// One half of a cycle: requires the other.
#include "postern/plugin/plugin.hpp"

namespace {

class Broken final : public postern::Plugin {
public:
    explicit Broken(postern::Host&) {}
};

constexpr postern_interface dependencies[] = {{"broken-cycle-b", 0, 0, postern_requires}, {}};

}  // namespace

POSTERN_PLUGIN(Broken, {.id = "broken-cycle-a", .dependencies = dependencies});
