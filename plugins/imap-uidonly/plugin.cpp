// UIDONLY (RFC 9586): a session without message numbers.
//
//     C: a1 ENABLE UIDONLY
//     S: * ENABLED UIDONLY
//     S: a1 OK ENABLE completed
//     C: a2 UID FETCH 70:75 FLAGS
//     S: * 72 UIDFETCH (UID 72 FLAGS (\Seen))
#include "postern/plugin/plugin.hpp"
#include "uidonly_mode.hpp"

namespace postern::imap {
namespace {

class UidonlyPlugin final : public Plugin {
public:
    explicit UidonlyPlugin(Host& /*host*/) {}

    Result<void> declare(Registrar& registrar) override {
        registrar.add<SessionMode>("UIDONLY", mode_);
        registrar.add<EnableToken>("UIDONLY", token_);
        registrar.add<ResponseFilter>("imap-uidonly", filter_);
        registrar.add<Capability>("UIDONLY", capability_);
        return {};
    }

private:
    UidonlyMode mode_;
    UidonlyToken token_{mode_};
    UidonlyFilter filter_{mode_};
    StaticCapability capability_{{"UIDONLY"}, Phase::after_sign_in};
};

constexpr postern_interface dependencies[] = {
    {"imap", 0, 0, postern_requires}, {"imap-enable", 0, 0, postern_requires}, {}};

}  // namespace
}  // namespace postern::imap

POSTERN_PLUGIN(postern::imap::UidonlyPlugin, {.id = "imap-uidonly",
                                              .summary = "IMAP UIDONLY (RFC 9586)",
                                              .dependencies = postern::imap::dependencies});
