// SASL-IR (RFC 4959): AUTHENTICATE carries the first client message, which saves a round trip.
#include "postern/plugin/plugin.hpp"
#include "postern/imap/ext/capability.hpp"

namespace postern::imap {
namespace {

class SaslInitialResponseFeature final : public Feature {
public:
    void apply(SessionFeatures& features) const override { features.initial_response = true; }
};

class SaslInitialResponsePlugin final : public Plugin {
public:
    explicit SaslInitialResponsePlugin(Host& /*host*/) {}

    Result<void> declare(Registrar& registrar) override {
        registrar.add<Feature>("imap-sasl-ir", feature_);
        registrar.add<Capability>("SASL-IR", capability_);
        return {};
    }

private:
    SaslInitialResponseFeature feature_;
    StaticCapability capability_{{"SASL-IR"}, Phase::before_sign_in};
};

constexpr postern_interface dependencies[] = {{"imap", 0, 0, postern_requires}, {}};

}  // namespace
}  // namespace postern::imap

POSTERN_PLUGIN(postern::imap::SaslInitialResponsePlugin, {.id = "imap-sasl-ir",
                                                          .summary = "IMAP SASL-IR (RFC 4959)",
                                                          .dependencies = postern::imap::dependencies});
