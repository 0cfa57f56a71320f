// IMAP4rev2 (RFC 9051): the extensions it folds in, each a library of its own, and what changes once a client has enabled
// it.
//
//     C: a1 ENABLE IMAP4rev2
//     S: * ENABLED IMAP4rev2
//     S: a1 OK ENABLE completed
//     C: a2 SELECT inbox
//     S: * 18 EXISTS
//     ...
//     S: * LIST (\HasNoChildren) "/" INBOX ("OLDNAME" ("inbox"))
//     S: a2 OK [READ-WRITE] SELECT completed
#include "postern/plugin/plugin.hpp"
#include "postern/imap/ext/select_parameter.hpp"
#include "postern/imap/ext/status_item.hpp"
#include "rev2_mode.hpp"
#include "selected_name.hpp"

namespace postern::imap {
namespace {

/// STATUS (DELETED): how many messages EXPUNGE would remove (section 6.3.11).
class DeletedItem final : public StatusItem {
public:
    static constexpr std::string_view item_name = "DELETED";
    void write(const StatusSource& source, ResponseWriter& out) override {
        out.atom(item_name).number(source.info.deleted);
    }
};

class Rev2Plugin final : public Plugin {
public:
    explicit Rev2Plugin(Host& /*host*/) {}

    Result<void> declare(Registrar& registrar) override {
        registrar.add<SessionMode>("IMAP4rev2", mode_);
        registrar.add<EnableToken>("IMAP4rev2", token_);
        registrar.add<ResponseFilter>("imap-rev2", filter_);
        registrar.add<ResponseCodes>("imap-rev2", closed_);
        registrar.add<CommandHook>("imap-rev2", selected_);
        registrar.add<Capability>("IMAP4rev2", capability_);
        // The same item as QUOTA's (RFC 9208 section 4.1.4).
        if (registrar.lookup().find<StatusItem>(DeletedItem::item_name) == nullptr)
            registrar.add<StatusItem>(DeletedItem::item_name, deleted_);
        return {};
    }

    Result<void> resolve(const Lookup& lookup) override {
        std::vector<MailboxAttributes*> owners;
        for (const auto& owner : lookup.all<MailboxAttributes>()) owners.push_back(owner.object);
        selected_.set_attributes(std::move(owners));
        // With QRESYNC every session is told (RFC 7162 section 3.2.11).
        for (const auto& parameter : lookup.all<SelectParameter>()) {
            if (parameter.name == "QRESYNC")
                closed_.leave_to(parameter.plugin, *lookup.find<ListenerExtensions>());
        }
        return {};
    }

private:
    Rev2Mode mode_;
    Rev2Token token_{mode_};
    Rev2Filter filter_{mode_};
    ClosedCode closed_{mode_};
    SelectedName selected_{mode_};
    DeletedItem deleted_;
    StaticCapability capability_{{"IMAP4rev2"}, Phase::always};
};

/// What RFC 9051 folds in (appendix E, items 2 and 3). imap-literal-minus gives way to imap-literal-plus, which allows more.
constexpr postern_interface dependencies[] = {{"imap", 0, 0, postern_requires},
                                              {"imap-namespace", 0, 0, postern_requires},
                                              {"imap-unselect", 0, 0, postern_requires},
                                              {"imap-uidplus", 0, 0, postern_requires},
                                              {"imap-esearch", 0, 0, postern_requires},
                                              {"imap-searchres", 0, 0, postern_requires},
                                              {"imap-enable", 0, 0, postern_requires},
                                              {"imap-idle", 0, 0, postern_requires},
                                              {"imap-sasl-ir", 0, 0, postern_requires},
                                              {"imap-children", 0, 0, postern_requires},
                                              {"imap-list-extended", 0, 0, postern_requires},
                                              {"imap-list-status", 0, 0, postern_requires},
                                              {"imap-move", 0, 0, postern_requires},
                                              {"imap-literal-minus", 0, 0, postern_requires},
                                              {"imap-binary", 0, 0, postern_requires},
                                              {"imap-special-use", 0, 0, postern_requires},
                                              {"imap-status-size", 0, 0, postern_requires},
                                              {"imap-quota", 0, 0, postern_after},
                                              {}};

}  // namespace
}  // namespace postern::imap

POSTERN_PLUGIN(postern::imap::Rev2Plugin, {.id = "imap-rev2",
                                           .summary = "IMAP4rev2 (RFC 9051)",
                                           .dependencies = postern::imap::dependencies});
