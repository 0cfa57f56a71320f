// Requires what sample-good provides, and fetches it.
#include <string>

#include "greeting.hpp"
#include "postern/plugin/plugin.hpp"

namespace {

class User final : public postern::Plugin {
public:
    explicit User(postern::Host&) {}
    postern::Result<void> resolve(const postern::Lookup& lookup) override {
        const auto* greeting = lookup.find<Greeting>("HELLO");
        if (greeting == nullptr) return postern::Error(postern::Errc::not_found, "nobody says hello");
        if (greeting->text() == std::string("refuse")) {
            return postern::Error(postern::Errc::invalid, "this greeting is refused");
        }
        return {};
    }
};

constexpr postern_interface dependencies[] = {{"sample.greeting", 1, 1, postern_requires}, {}};

}  // namespace

POSTERN_PLUGIN(User, {.id = "sample-user", .dependencies = dependencies});
