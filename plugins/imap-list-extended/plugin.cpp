// LIST-EXTENDED (RFC 5258): several patterns, selection and return options. RETURN (CHILDREN) is the CHILDREN
// extension's.
#include "postern/plugin/plugin.hpp"
#include "list_options.hpp"
#include "postern/imap/ext/capability.hpp"
#include "recursive_match.hpp"

namespace postern::imap {
namespace {

class ListExtendedPlugin final : public Plugin {
public:
    explicit ListExtendedPlugin(Host& /*host*/) {}

    Result<void> declare(Registrar& registrar) override {
        registrar.add<ListSelection>("SUBSCRIBED", subscribed_selection_);
        registrar.add<ListSelection>("REMOTE", remote_);
        registrar.add<ListSelection>("RECURSIVEMATCH", recursive_match_);
        registrar.add<ListReturn>("SUBSCRIBED", subscribed_return_);
        registrar.add<MailboxAttributes>("imap-list-extended", non_existent_);
        registrar.add<Capability>("LIST-EXTENDED", capability_);
        return {};
    }

private:
    SubscribedSelection subscribed_selection_;
    RemoteSelection remote_;
    RecursiveMatchSelection recursive_match_;
    SubscribedReturn subscribed_return_;
    NonExistentAttribute non_existent_;
    StaticCapability capability_{{"LIST-EXTENDED"}, Phase::after_sign_in};
};

constexpr postern_interface dependencies[] = {
    {"imap", 0, 0, postern_requires}, {"imap-children", 0, 0, postern_requires}, {}};

}  // namespace
}  // namespace postern::imap

POSTERN_PLUGIN(postern::imap::ListExtendedPlugin, {.id = "imap-list-extended",
                                                   .summary = "IMAP LIST-EXTENDED (RFC 5258)",
                                                   .dependencies = postern::imap::dependencies});
