// LITERAL+ (RFC 7888): literals "{n+}" that the client sends without waiting for "+".
#include "postern/plugin/plugin.hpp"
#include "postern/imap/ext/capability.hpp"

namespace postern::imap {
namespace {

class LiteralPlusFeature final : public Feature {
public:
    void apply(SessionFeatures& features) const override {
        features.lexical.non_synchronising_literals = true;
        features.lexical.non_synchronising_limit = 0;
    }
};

class LiteralPlusPlugin final : public Plugin {
public:
    explicit LiteralPlusPlugin(Host& /*host*/) {}

    Result<void> declare(Registrar& registrar) override {
        registrar.add<Feature>("imap-literal-plus", feature_);
        registrar.add<Capability>("LITERAL+", capability_);
        return {};
    }

private:
    LiteralPlusFeature feature_;
    StaticCapability capability_{{"LITERAL+"}, Phase::always};
};

constexpr postern_interface dependencies[] = {{"imap", 0, 0, postern_requires}, {}};

}  // namespace
}  // namespace postern::imap

POSTERN_PLUGIN(postern::imap::LiteralPlusPlugin, {.id = "imap-literal-plus",
                                                  .summary = "IMAP LITERAL+ (RFC 7888)",
                                                  .dependencies = postern::imap::dependencies});
