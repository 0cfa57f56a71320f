// SORT=DISPLAY (RFC 5957): SORT by the names people see.
//
//     C: a1 UID SORT (DISPLAYFROM) UTF-8 ALL
#include "postern/plugin/plugin.hpp"
#include "postern/imap/ext/capability.hpp"
#include "postern/imap/ext/record_text_key.hpp"

namespace postern::imap {
namespace {

class SortDisplayPlugin final : public Plugin {
public:
    explicit SortDisplayPlugin(Host& /*host*/) {}

    Result<void> declare(Registrar& registrar) override {
        registrar.add<SortKey>("DISPLAYFROM", from_);
        registrar.add<SortKey>("DISPLAYTO", to_);
        registrar.add<Capability>("SORT=DISPLAY", capability_);
        return {};
    }

private:
    // The first address's name, else its mailbox and host (section 3), decoded at delivery.
    RecordTextKey from_{&mime::RecordView::from_display};
    RecordTextKey to_{&mime::RecordView::to_display};
    StaticCapability capability_{{"SORT=DISPLAY"}, Phase::after_sign_in};
};

constexpr postern_interface dependencies[] = {
    {"imap", 0, 0, postern_requires}, {"imap-sort", 0, 0, postern_requires}, {}};

}  // namespace
}  // namespace postern::imap

POSTERN_PLUGIN(postern::imap::SortDisplayPlugin, {.id = "imap-sort-display",
                                                  .summary = "IMAP SORT=DISPLAY (RFC 5957)",
                                                  .dependencies = postern::imap::dependencies});
