// I18NLEVEL=1 (RFC 5255 section 4.3): SEARCH, SORT and THREAD compare text by i;unicode-casemap (RFC 5051). They always
// do; this tells clients that they can rely on it.
#include "postern/plugin/plugin.hpp"
#include "postern/imap/ext/capability.hpp"

namespace postern::imap {
namespace {

class I18nLevelPlugin final : public Plugin {
public:
    explicit I18nLevelPlugin(Host& /*host*/) {}

    Result<void> declare(Registrar& registrar) override {
        registrar.add<Capability>("I18NLEVEL=1", capability_);
        return {};
    }

private:
    StaticCapability capability_{{"I18NLEVEL=1"}, Phase::after_sign_in};
};

constexpr postern_interface dependencies[] = {{"imap", 0, 0, postern_requires}, {}};

}  // namespace
}  // namespace postern::imap

POSTERN_PLUGIN(postern::imap::I18nLevelPlugin, {.id = "imap-i18nlevel",
                                                .summary = "IMAP I18NLEVEL=1 (RFC 5255)",
                                                .dependencies = postern::imap::dependencies});
