// Cannot start: one setting makes it answer an error, the other throws.
#include <stdexcept>

#include "postern/plugin/plugin.hpp"
#include "postern/runtime/runtime.hpp"

namespace {

class Broken final : public postern::Plugin {
public:
    explicit Broken(postern::Host&) {}
    void configure(const postern::ConfigNode& config, postern::Diagnostics& problems) override {
        throws_ = config.get_bool("throws", false, problems);
    }
    postern::Task<postern::Result<void>> start() override {
        if (throws_) throw std::runtime_error("thrown from start");
        co_return postern::Error(postern::Errc::unavailable, "the port is taken");
    }

private:
    bool throws_ = false;
};

}  // namespace

POSTERN_PLUGIN(Broken, {.id = "broken-start", .config_schema = "throws: yes or no"});
