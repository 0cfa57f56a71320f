// SEARCH=FUZZY (RFC 6203): searches that find what is nearly meant, and say how nearly.
//
//     C: a1 SEARCH RETURN (RELEVANCY ALL) FUZZY SUBJECT "Helo"
//     S: * ESEARCH (TAG "a1") RELEVANCY (55 95) ALL 1,5
#include "postern/plugin/plugin.hpp"
#include "fuzzy_key.hpp"
#include "postern/imap/ext/capability.hpp"
#include "relevancy.hpp"

namespace postern::imap {
namespace {

class FuzzyPlugin final : public Plugin {
public:
    explicit FuzzyPlugin(Host& /*host*/) {}

    Result<void> declare(Registrar& registrar) override {
        registrar.add<SearchKey>(fuzzy_key_name, key_);
        registrar.add<SearchReturnOption>("RELEVANCY", option_);
        registrar.add<SortKey>("RELEVANCY", sort_key_);
        registrar.add<CommandHook>("imap-search-fuzzy", forget_);
        registrar.add<Capability>("SEARCH=FUZZY", capability_);
        return {};
    }

private:
    FuzzyKey key_;
    RelevancyOption option_;
    RelevancyKey sort_key_;
    ForgetScores forget_;
    StaticCapability capability_{{"SEARCH=FUZZY"}, Phase::after_sign_in};
};

constexpr postern_interface dependencies[] = {{"imap", 0, 0, postern_requires}, {}};

}  // namespace
}  // namespace postern::imap

POSTERN_PLUGIN(postern::imap::FuzzyPlugin, {.id = "imap-search-fuzzy",
                                            .summary = "IMAP SEARCH=FUZZY (RFC 6203)",
                                            .dependencies = postern::imap::dependencies});
