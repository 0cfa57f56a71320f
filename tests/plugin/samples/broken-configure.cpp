// Complains of one setting and throws on another.
#include <stdexcept>

#include "postern/plugin/plugin.hpp"

namespace {

class Broken final : public postern::Plugin {
public:
    explicit Broken(postern::Host&) {}
    void configure(const postern::ConfigNode& config, postern::Diagnostics& problems) override {
        if (config["boom"].exists()) throw std::runtime_error("boom was set");
        problems.error(config["size"].place(), "`size` must not be 7");
    }
};

}  // namespace

POSTERN_PLUGIN(Broken, {.id = "broken-configure", .config_schema = "size: number\nboom: text"});
