// MULTIAPPEND (RFC 3502): APPEND takes several messages, in one transaction: all of them or none.
#include "postern/plugin/plugin.hpp"
#include "postern/imap/ext/capability.hpp"

namespace postern::imap {
namespace {

class SeveralMessages final : public Feature {
public:
    void apply(SessionFeatures& features) const override { features.several_appends = true; }
};

class MultiappendPlugin final : public Plugin {
public:
    explicit MultiappendPlugin(Host& /*host*/) {}

    Result<void> declare(Registrar& registrar) override {
        registrar.add<Feature>("imap-multiappend", feature_);
        registrar.add<Capability>("MULTIAPPEND", capability_);
        return {};
    }

private:
    SeveralMessages feature_;
    StaticCapability capability_{{"MULTIAPPEND"}, Phase::after_sign_in};
};

constexpr postern_interface dependencies[] = {{"imap", 0, 0, postern_requires}, {}};

}  // namespace
}  // namespace postern::imap

POSTERN_PLUGIN(postern::imap::MultiappendPlugin, {.id = "imap-multiappend",
                                                  .summary = "IMAP MULTIAPPEND (RFC 3502)",
                                                  .dependencies = postern::imap::dependencies});
