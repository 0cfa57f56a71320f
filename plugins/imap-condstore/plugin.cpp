// CONDSTORE (RFC 7162 section 3.1): mod-sequences, conditional STORE, "what has changed since".
#include "postern/plugin/plugin.hpp"
#include "condstore_mode.hpp"
#include "modseq_fetch.hpp"
#include "modseq_search.hpp"
#include "unchanged_since.hpp"

namespace postern::imap {
namespace {

class CondstorePlugin final : public Plugin {
public:
    explicit CondstorePlugin(Host& /*host*/) {}

    Result<void> declare(Registrar& registrar) override {
        registrar.add<SessionMode>("CONDSTORE", mode_);
        registrar.add<EnableToken>("CONDSTORE", token_);
        registrar.add<SelectParameter>("CONDSTORE", select_);
        registrar.add<StatusItem>("HIGHESTMODSEQ", status_);
        registrar.add<ResponseFilter>("imap-condstore", filter_);
        registrar.add<ResponseCodes>("imap-condstore", codes_);
        registrar.add<FetchItemHandler>("MODSEQ", fetch_item_);
        registrar.add<FetchModifier>(changed_since_name, changed_since_);
        registrar.add<StoreModifier>("UNCHANGEDSINCE", unchanged_since_);
        registrar.add<SearchKey>(ModseqKey::key_name, search_key_);
        registrar.add<SearchDecorator>("imap-condstore", search_reply_);
        registrar.add<Capability>("CONDSTORE", capability_);
        return {};
    }

private:
    static constexpr std::string_view changed_since_name = "CHANGEDSINCE";

    CondstoreMode mode_;
    CondstoreToken token_{mode_};
    CondstoreParameter select_{mode_};
    HighestModseqItem status_{mode_};
    CondstoreFilter filter_{mode_};
    CondstoreCodes codes_;
    ModseqItem fetch_item_{mode_};
    ChangedSinceModifier changed_since_{mode_};
    UnchangedSinceModifier unchanged_since_{mode_};
    ModseqKey search_key_{mode_};
    ModseqDecorator search_reply_;
    StaticCapability capability_{{"CONDSTORE"}, Phase::after_sign_in};
};

constexpr postern_interface dependencies[] = {{"imap", 0, 0, postern_requires}, {}};

}  // namespace
}  // namespace postern::imap

POSTERN_PLUGIN(postern::imap::CondstorePlugin, {.id = "imap-condstore",
                                                .summary = "IMAP CONDSTORE (RFC 7162)",
                                                .dependencies = postern::imap::dependencies});
