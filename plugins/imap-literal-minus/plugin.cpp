// LITERAL- (RFC 7888 section 5): literals "{n+}" of up to 4096 octets come without waiting for "+"; larger ones wait.
// Where LITERAL+ is loaded too, it wins: both may not be announced at once.
#include "postern/plugin/plugin.hpp"
#include "postern/imap/ext/capability.hpp"

namespace postern::imap {
namespace {

constexpr std::uint64_t largest = 4096;

class LiteralMinusFeature final : public Feature {
public:
    void apply(SessionFeatures& features) const override {
        if (features.lexical.non_synchronising_literals) return;
        features.lexical.non_synchronising_literals = true;
        features.lexical.non_synchronising_limit = largest;
    }
};

class LiteralMinusCapability final : public Capability {
public:
    int order() const override { return 1; }
    void contribute(const Session& /*session*/, CapabilityList& list) const override {
        if (!list.has("LITERAL+")) list.add("LITERAL-");
    }
};

class LiteralMinusPlugin final : public Plugin {
public:
    explicit LiteralMinusPlugin(Host& /*host*/) {}

    Result<void> declare(Registrar& registrar) override {
        registrar.add<Feature>("imap-literal-minus", feature_);
        registrar.add<Capability>("LITERAL-", capability_);
        return {};
    }

private:
    LiteralMinusFeature feature_;
    LiteralMinusCapability capability_;
};

constexpr postern_interface dependencies[] = {{"imap", 0, 0, postern_requires}, {}};

}  // namespace
}  // namespace postern::imap

POSTERN_PLUGIN(postern::imap::LiteralMinusPlugin, {.id = "imap-literal-minus",
                                                   .summary = "IMAP LITERAL- (RFC 7888)",
                                                   .dependencies = postern::imap::dependencies});
