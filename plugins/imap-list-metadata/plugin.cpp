// LIST-METADATA (RFC 9590): the annotations of many mailboxes in one round trip.
#include "postern/plugin/plugin.hpp"
#include "metadata_return.hpp"
#include "postern/imap/ext/capability.hpp"

namespace postern::imap {
namespace {

class ListMetadataPlugin final : public Plugin {
public:
    explicit ListMetadataPlugin(Host& /*host*/) {}

    Result<void> declare(Registrar& registrar) override {
        registrar.add<ListReturn>("METADATA", metadata_);
        registrar.add<Capability>("LIST-METADATA", capability_);
        return {};
    }

private:
    MetadataReturn metadata_;
    StaticCapability capability_{{"LIST-METADATA"}, Phase::after_sign_in};
};

constexpr postern_interface dependencies[] = {{"imap", 0, 0, postern_requires},
                                              {"imap-list-extended", 0, 0, postern_requires},
                                              {"imap-metadata", 0, 0, postern_requires},
                                              {}};

}  // namespace
}  // namespace postern::imap

POSTERN_PLUGIN(postern::imap::ListMetadataPlugin, {.id = "imap-list-metadata",
                                                   .summary = "IMAP LIST-METADATA (RFC 9590)",
                                                   .dependencies = postern::imap::dependencies});
