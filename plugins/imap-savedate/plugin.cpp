// SAVEDATE (RFC 8514): when a message was put into its mailbox.
#include "postern/plugin/plugin.hpp"
#include "postern/imap/ext/capability.hpp"
#include "save_date.hpp"

namespace postern::imap {
namespace {

class SaveDatePlugin final : public Plugin {
public:
    explicit SaveDatePlugin(Host& /*host*/) {}

    Result<void> declare(Registrar& registrar) override {
        registrar.add<FetchItemHandler>("SAVEDATE", item_);
        for (SaveDateKey* key : {&before_, &on_, &since_}) registrar.add<SearchKey>(key->name(), *key);
        registrar.add<SearchKey>("SAVEDATESUPPORTED", supported_);
        registrar.add<Capability>("SAVEDATE", capability_);
        return {};
    }

private:
    SaveDateItem item_;
    SaveDateKey before_{SaveDateKey::Relation::before};
    SaveDateKey on_{SaveDateKey::Relation::on};
    SaveDateKey since_{SaveDateKey::Relation::since};
    SaveDateSupportedKey supported_;
    StaticCapability capability_{{"SAVEDATE"}, Phase::after_sign_in};
};

constexpr postern_interface dependencies[] = {{"imap", 0, 0, postern_requires}, {}};

}  // namespace
}  // namespace postern::imap

POSTERN_PLUGIN(postern::imap::SaveDatePlugin, {.id = "imap-savedate",
                                               .summary = "IMAP SAVEDATE (RFC 8514)",
                                               .dependencies = postern::imap::dependencies});
