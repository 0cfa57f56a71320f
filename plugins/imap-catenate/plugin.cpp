// CATENATE (RFC 4469): APPEND puts messages together from pieces that the server has already.
//
//     C: a1 APPEND Sent CATENATE (URL "/Drafts/;UID=20/;SECTION=HEADER" TEXT {12}
#include "postern/plugin/plugin.hpp"
#include "catenate_source.hpp"
#include "postern/imap/ext/capability.hpp"
#include "postern/imap/ext/session.hpp"

namespace postern::imap {
namespace {

class CatenateCapability final : public Capability {
public:
    void contribute(const Session& session, CapabilityList& list) const override {
        if ((in(session.state()) & in_authenticated) == 0) return;
        list.add("CATENATE");
        // ";PARTIAL=" is understood wherever URLs are (RFC 5550 section 5.7.1).
        if (!list.has("URL-PARTIAL")) list.add("URL-PARTIAL");
    }
};

class CatenatePlugin final : public Plugin {
public:
    explicit CatenatePlugin(Host& /*host*/) {}

    Result<void> declare(Registrar& registrar) override {
        registrar.add<AppendSource>("CATENATE", source_);
        registrar.add<Capability>("CATENATE", capability_);
        return {};
    }

private:
    CatenateSource source_;
    CatenateCapability capability_;
};

constexpr postern_interface dependencies[] = {{"imap", 0, 0, postern_requires}, {}};

}  // namespace
}  // namespace postern::imap

POSTERN_PLUGIN(postern::imap::CatenatePlugin, {.id = "imap-catenate",
                                               .summary = "IMAP CATENATE (RFC 4469)",
                                               .dependencies = postern::imap::dependencies});
