// ESEARCH (RFC 4731): SEARCH tells only what the client wants to know, and sets instead of lists.
//
//     C: a1 UID SEARCH RETURN (MIN COUNT) UNSEEN
//     S: * ESEARCH (TAG "a1") UID MIN 7 COUNT 3
//     S: a1 OK SEARCH completed
#include "postern/plugin/plugin.hpp"
#include "postern/imap/ext/capability.hpp"
#include "return_options.hpp"

namespace postern::imap {
namespace {

class ExtendedSearchPlugin final : public Plugin {
public:
    explicit ExtendedSearchPlugin(Host& /*host*/) {}

    Result<void> declare(Registrar& registrar) override {
        registrar.add<SearchReturnOption>("MIN", min_);
        registrar.add<SearchReturnOption>("MAX", max_);
        registrar.add<SearchReturnOption>("ALL", all_);
        registrar.add<SearchReturnOption>("COUNT", count_);
        registrar.add<Capability>("ESEARCH", capability_);
        return {};
    }

private:
    BasicReturnOption min_{BasicReturnOption::Kind::min};
    BasicReturnOption max_{BasicReturnOption::Kind::max};
    BasicReturnOption all_{BasicReturnOption::Kind::all};
    BasicReturnOption count_{BasicReturnOption::Kind::count};
    StaticCapability capability_{{"ESEARCH"}, Phase::after_sign_in};
};

constexpr postern_interface dependencies[] = {{"imap", 0, 0, postern_requires}, {}};

}  // namespace
}  // namespace postern::imap

POSTERN_PLUGIN(postern::imap::ExtendedSearchPlugin, {.id = "imap-esearch",
                                                     .summary = "IMAP ESEARCH (RFC 4731)",
                                                     .dependencies = postern::imap::dependencies});
