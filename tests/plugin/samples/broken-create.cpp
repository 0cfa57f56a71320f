// Throws while it is created.
#include <stdexcept>

#include "postern/plugin/plugin.hpp"

namespace {

class Broken final : public postern::Plugin {
public:
    explicit Broken(postern::Host&) { throw std::runtime_error("no more tea"); }
};

}  // namespace

POSTERN_PLUGIN(Broken, {.id = "broken-create"});
