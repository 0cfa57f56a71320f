// SORT=DISPLAY (RFC 5957): SORT by the names people see.
//
//     C: a1 UID SORT (DISPLAYFROM) UTF-8 ALL
#include "postern/plugin/plugin.hpp"
#include "postern/imap/ext/capability.hpp"
#include "postern/imap/ext/sort_key.hpp"

namespace postern::imap {
namespace {

/// The first address's name, else its mailbox and host (section 3), decoded at delivery.
class DisplayKey final : public SortKey {
public:
    using Member = std::string_view (mime::RecordView::*)() const noexcept;
    explicit DisplayKey(Member member) : member_(member) {}
    Need need() const override { return Need::record; }
    bool is_text() const override { return true; }
    std::string_view text(const FetchedMessage& message) const override {
        return (message.stored->record.*member_)();
    }

private:
    Member member_;
};

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
    DisplayKey from_{&mime::RecordView::from_display};
    DisplayKey to_{&mime::RecordView::to_display};
    StaticCapability capability_{{"SORT=DISPLAY"}, Phase::after_sign_in};
};

constexpr postern_interface dependencies[] = {
    {"imap", 0, 0, postern_requires}, {"imap-sort", 0, 0, postern_requires}, {}};

}  // namespace
}  // namespace postern::imap

POSTERN_PLUGIN(postern::imap::SortDisplayPlugin, {.id = "imap-sort-display",
                                                  .summary = "IMAP SORT=DISPLAY (RFC 5957)",
                                                  .dependencies = postern::imap::dependencies});
