// Offers a name that sample-good has taken.
#include "greeting.hpp"
#include "postern/plugin/plugin.hpp"

namespace {

class Broken final : public postern::Plugin, public Greeting {
public:
    explicit Broken(postern::Host&) {}
    postern::Result<void> declare(postern::Registrar& registrar) override {
        registrar.add<Greeting>("bonjour", *this);
        registrar.add<Greeting>("hello", *this);
        return {};
    }
    const char* text() const override { return "hello"; }
};

constexpr postern_interface dependencies[] = {{"sample-good", 0, 0, postern_after}, {}};

}  // namespace

POSTERN_PLUGIN(Broken, {.id = "broken-duplicate", .dependencies = dependencies});
