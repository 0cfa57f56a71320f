// QRESYNC (RFC 7162 section 3.2): a client that comes back learns in one round trip what changed and what vanished.
#include "postern/plugin/plugin.hpp"
#include "qresync_mode.hpp"
#include "resync_parameter.hpp"
#include "vanished_modifier.hpp"

namespace postern::imap {
namespace {

class QresyncPlugin final : public Plugin {
public:
    explicit QresyncPlugin(Host& /*host*/) {}

    Result<void> declare(Registrar& registrar) override {
        registrar.add<SessionMode>("QRESYNC", mode_);
        registrar.add<EnableToken>("QRESYNC", token_);
        registrar.add<ResponseFilter>("imap-qresync", filter_);
        registrar.add<ResponseCodes>("imap-qresync", codes_);
        registrar.add<SelectParameter>("QRESYNC", select_);
        registrar.add<FetchModifier>("VANISHED", vanished_);
        registrar.add<Capability>("QRESYNC", capability_);
        return {};
    }

    Result<void> resolve(const Lookup& lookup) override {
        auto* condstore = lookup.find<EnableToken>("CONDSTORE");
        if (condstore == nullptr) return Error(Errc::not_found, "nothing provides ENABLE CONDSTORE");
        token_.set_condstore(condstore);
        return {};
    }

private:
    QresyncMode mode_;
    QresyncToken token_{mode_};
    VanishedFilter filter_{mode_};
    QresyncCodes codes_{mode_};
    ResyncParameter select_{mode_};
    VanishedModifier vanished_{mode_};
    StaticCapability capability_{{"QRESYNC"}, Phase::after_sign_in};
};

constexpr postern_interface dependencies[] = {{"imap", 0, 0, postern_requires},
                                              {"imap-enable", 0, 0, postern_requires},
                                              {"imap-condstore", 0, 0, postern_requires},
                                              {}};

}  // namespace
}  // namespace postern::imap

POSTERN_PLUGIN(postern::imap::QresyncPlugin, {.id = "imap-qresync",
                                              .summary = "IMAP QRESYNC (RFC 7162)",
                                              .dependencies = postern::imap::dependencies});
