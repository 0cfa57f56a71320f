// UIDBATCHES (RFC 10022): cuts a mailbox into UID ranges with so many messages each, without message numbers.
//
//     C: a1 UIDBATCHES 2000
//     S: * UIDBATCHES (TAG "a1") 163886:99703,99702:20358,20357:1
//     S: a1 OK UIDBATCHES completed
#include "postern/plugin/plugin.hpp"
#include "postern/imap/ext/capability.hpp"
#include "uidbatches_command.hpp"

namespace postern::imap {
namespace {

class UidbatchesPlugin final : public Plugin {
public:
    explicit UidbatchesPlugin(Host& /*host*/) {}

    Result<void> declare(Registrar& registrar) override {
        registrar.add<CommandHandler>("UIDBATCHES", command_);
        registrar.add<Capability>("UIDBATCHES", capability_);
        return {};
    }

private:
    UidbatchesCommand command_;
    StaticCapability capability_{{"UIDBATCHES"}, Phase::after_sign_in};
};

constexpr postern_interface dependencies[] = {{"imap", 0, 0, postern_requires}, {}};

}  // namespace
}  // namespace postern::imap

POSTERN_PLUGIN(postern::imap::UidbatchesPlugin, {.id = "imap-uidbatches",
                                                 .summary = "IMAP UIDBATCHES (RFC 10022)",
                                                 .dependencies = postern::imap::dependencies});
