// SORT (RFC 5256), and ESORT (RFC 5267 section 3) where return options are loaded.
//
//     C: a1 UID SORT (REVERSE DATE) UTF-8 UNDELETED
//     S: * SORT 5 3 4
//     S: a1 OK SORT completed
#include "postern/plugin/plugin.hpp"
#include "postern/imap/ext/capability.hpp"
#include "postern/imap/ext/session.hpp"
#include "sort_command.hpp"
#include "sort_keys.hpp"

namespace postern::imap {
namespace {

class SortCapability final : public Capability {
public:
    int order() const override { return 1; }
    void contribute(const Session& session, CapabilityList& list) const override {
        if (session.state() == State::not_authenticated) return;
        list.add("SORT");
        // ESEARCH brings the return options.
        if (list.has("ESEARCH")) list.add("ESORT");
    }
};

class SortPlugin final : public Plugin {
public:
    explicit SortPlugin(Host& /*host*/) {}

    Result<void> declare(Registrar& registrar) override {
        for (const NamedSortKey& key : keys_) registrar.add<SortKey>(key.name, *key.key);
        registrar.add<CommandHandler>("SORT", command_);
        registrar.add<Capability>("SORT", capability_);
        return {};
    }
    Result<void> resolve(const Lookup& lookup) override {
        command_.set_keys(lookup);
        return {};
    }

private:
    std::vector<NamedSortKey> keys_ = make_sort_keys();
    SortCommand command_;
    SortCapability capability_;
};

constexpr postern_interface dependencies[] = {
    {"imap", 0, 0, postern_requires}, {"imap-esearch", 0, 0, postern_uses}, {}};

}  // namespace
}  // namespace postern::imap

POSTERN_PLUGIN(postern::imap::SortPlugin, {.id = "imap-sort",
                                           .summary = "IMAP SORT (RFC 5256), ESORT (RFC 5267)",
                                           .dependencies = postern::imap::dependencies});
