// CONTEXT=SEARCH and CONTEXT=SORT (RFC 5267): results in windows, and what changes in them as it happens.
//
//     C: B01 UID SEARCH RETURN (UPDATE COUNT) DELETED
//     S: * ESEARCH (TAG "B01") UID COUNT 74
//     S: B01 OK SEARCH completed
//     S: * ESEARCH (TAG "B01") UID ADDTO (0 32768:32769)
#include "postern/plugin/plugin.hpp"
#include "live_updates.hpp"
#include "postern/imap/ext/capability.hpp"
#include "return_options.hpp"

namespace postern::imap {
namespace {

class ContextCapability final : public Capability {
public:
    int order() const override { return 2; }
    void contribute(const Session& session, CapabilityList& list) const override {
        if (session.state() == State::not_authenticated) return;
        list.add("CONTEXT=SEARCH");
        if (list.has("SORT")) list.add("CONTEXT=SORT");
    }
};

class ContextPlugin final : public Plugin {
public:
    explicit ContextPlugin(Host& /*host*/) {}

    Result<void> declare(Registrar& registrar) override {
        registrar.add<SearchReturnOption>(UpdateOption::option_name, update_);
        registrar.add<SearchReturnOption>(ContextOption::option_name, context_);
        registrar.add<CommandHandler>("CANCELUPDATE", cancel_);
        registrar.add<Announcer>("imap-context", updates_);
        registrar.add<ResponseFilter>("imap-context", removals_);
        registrar.add<Capability>("CONTEXT", capability_);
        return {};
    }
    Result<void> resolve(const Lookup& lookup) override {
        if (lookup.find<SearchReturnOption>("PARTIAL") == nullptr)
            return Error(Errc::not_found, "nothing provides RETURN (PARTIAL)");
        return {};
    }

private:
    UpdateOption update_;
    ContextOption context_;
    CancelUpdateCommand cancel_;
    LiveUpdates updates_;
    LiveRemovals removals_;
    ContextCapability capability_;
};

constexpr postern_interface dependencies[] = {{"imap", 0, 0, postern_requires},
                                              {"imap-esearch", 0, 0, postern_requires},
                                              {"imap-partial", 0, 0, postern_requires},
                                              {"imap-sort", 0, 0, postern_uses},
                                              {}};

}  // namespace
}  // namespace postern::imap

POSTERN_PLUGIN(postern::imap::ContextPlugin, {.id = "imap-context",
                                              .summary = "IMAP CONTEXT=SEARCH, CONTEXT=SORT (RFC 5267)",
                                              .dependencies = postern::imap::dependencies});
