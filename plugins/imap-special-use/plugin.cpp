// SPECIAL-USE and CREATE-SPECIAL-USE (RFC 6154).
#include "postern/plugin/plugin.hpp"
#include "postern/imap/ext/capability.hpp"
#include "special_use.hpp"

namespace postern::imap {
namespace {

class SpecialUsePlugin final : public Plugin {
public:
    explicit SpecialUsePlugin(Host& /*host*/) {}

    Result<void> declare(Registrar& registrar) override {
        registrar.add<MailboxAttributes>("imap-special-use", attributes_);
        registrar.add<ListSelection>("SPECIAL-USE", selection_);
        registrar.add<ListReturn>("SPECIAL-USE", return_);
        registrar.add<CreateParameter>("USE", use_);
        registrar.add<Capability>("SPECIAL-USE", capability_);
        return {};
    }

private:
    SpecialUseAttributes attributes_;
    SpecialUseSelection selection_;
    SpecialUseReturn return_;
    UseParameter use_;
    StaticCapability capability_{{"SPECIAL-USE", "CREATE-SPECIAL-USE"}, Phase::after_sign_in};
};

constexpr postern_interface dependencies[] = {{"imap", 0, 0, postern_requires}, {}};

}  // namespace
}  // namespace postern::imap

POSTERN_PLUGIN(postern::imap::SpecialUsePlugin, {.id = "imap-special-use",
                                                 .summary = "IMAP SPECIAL-USE, CREATE-SPECIAL-USE (RFC 6154)",
                                                 .dependencies = postern::imap::dependencies});
