// PARTIAL (RFC 9394): results of SEARCH and FETCH in pages, from either end.
//
//     C: a1 UID SEARCH RETURN (PARTIAL -1:-3 COUNT) UNSEEN
//     S: * ESEARCH (TAG "a1") UID PARTIAL (-1:-3 810:811,830) COUNT 7
#include "postern/plugin/plugin.hpp"
#include "partial_fetch.hpp"
#include "partial_search.hpp"
#include "postern/imap/ext/capability.hpp"

namespace postern::imap {
namespace {

class PartialPlugin final : public Plugin {
public:
    explicit PartialPlugin(Host& /*host*/) {}

    Result<void> declare(Registrar& registrar) override {
        registrar.add<SearchReturnOption>("PARTIAL", option_);
        registrar.add<FetchModifier>("PARTIAL", modifier_);
        registrar.add<Capability>("PARTIAL", capability_);
        return {};
    }

private:
    PartialOption option_;
    PartialModifier modifier_;
    StaticCapability capability_{{"PARTIAL"}, Phase::after_sign_in};
};

constexpr postern_interface dependencies[] = {
    {"imap", 0, 0, postern_requires}, {"imap-esearch", 0, 0, postern_requires}, {}};

}  // namespace
}  // namespace postern::imap

POSTERN_PLUGIN(postern::imap::PartialPlugin, {.id = "imap-partial",
                                              .summary = "IMAP PARTIAL (RFC 9394)",
                                              .dependencies = postern::imap::dependencies});
