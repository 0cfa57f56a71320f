// UTF8=ACCEPT (RFC 9755, before it RFC 6855): a session that speaks UTF-8.
//
//     C: a1 ENABLE UTF8=ACCEPT
//     S: * ENABLED UTF8=ACCEPT
//     S: a1 OK ENABLE completed
//     C: a2 SELECT "Entwürfe"
#include "postern/plugin/plugin.hpp"
#include "header_check.hpp"
#include "utf8_mode.hpp"
#include "utf8_source.hpp"

namespace postern::imap {
namespace {

class Utf8Plugin final : public Plugin {
public:
    explicit Utf8Plugin(Host& /*host*/) {}

    Result<void> declare(Registrar& registrar) override {
        registrar.add<SessionMode>("UTF8=ACCEPT", mode_);
        registrar.add<EnableToken>("UTF8=ACCEPT", token_);
        registrar.add<AppendSource>("UTF8", source_);
        registrar.add<AppendFilter>("imap-utf8-accept", check_);
        registrar.add<Capability>("UTF8=ACCEPT", capability_);
        return {};
    }

private:
    Utf8Mode mode_;
    Utf8Token token_{mode_};
    Utf8Source source_{mode_};
    HeaderCheck check_;
    StaticCapability capability_{{"UTF8=ACCEPT"}, Phase::after_sign_in};
};

constexpr postern_interface dependencies[] = {
    {"imap", 0, 0, postern_requires}, {"imap-enable", 0, 0, postern_requires}, {}};

}  // namespace
}  // namespace postern::imap

POSTERN_PLUGIN(postern::imap::Utf8Plugin, {.id = "imap-utf8-accept",
                                           .summary = "IMAP UTF8=ACCEPT (RFC 9755)",
                                           .dependencies = postern::imap::dependencies});
