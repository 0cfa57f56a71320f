// SEARCHRES (RFC 5182): "$" stands for the messages the last SEARCH found.
//
//     C: a1 SEARCH RETURN (SAVE) FLAGGED
//     C: a2 FETCH $ (UID FLAGS)
#include "postern/plugin/plugin.hpp"
#include "postern/imap/ext/capability.hpp"
#include "saved_search.hpp"

namespace postern::imap {
namespace {

class ReferenceFeature final : public Feature {
public:
    void apply(SessionFeatures& features) const override { features.lexical.set_reference = true; }
};

class SearchresPlugin final : public Plugin {
public:
    explicit SearchresPlugin(Host& /*host*/) {}

    Result<void> declare(Registrar& registrar) override {
        registrar.add<SearchReturnOption>("SAVE", save_);
        registrar.add<SearchDecorator>("imap-searchres", decorator_);
        registrar.provide<SetReference>(reference_);
        registrar.add<Feature>("imap-searchres", feature_);
        registrar.add<Capability>("SEARCHRES", capability_);
        return {};
    }

private:
    SaveOption save_;
    SaveDecorator decorator_;
    SavedSet reference_;
    ReferenceFeature feature_;
    StaticCapability capability_{{"SEARCHRES"}, Phase::after_sign_in};
};

constexpr postern_interface dependencies[] = {
    {"imap", 0, 0, postern_requires}, {"imap-esearch", 0, 0, postern_requires}, {}};

}  // namespace
}  // namespace postern::imap

POSTERN_PLUGIN(postern::imap::SearchresPlugin, {.id = "imap-searchres",
                                                .summary = "IMAP SEARCHRES (RFC 5182)",
                                                .dependencies = postern::imap::dependencies});
