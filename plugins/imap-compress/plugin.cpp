// COMPRESS=DEFLATE (RFC 4978): everything after the command is compressed, in both directions.
#include "postern/plugin/plugin.hpp"
#include "compress_command.hpp"

namespace postern::imap {
namespace {

class CompressPlugin final : public Plugin {
public:
    explicit CompressPlugin(Host& /*host*/) {}

    Result<void> declare(Registrar& registrar) override {
        registrar.add<SessionMode>("COMPRESS", mode_);
        registrar.add<CommandHandler>("COMPRESS", command_);
        registrar.add<CommandHook>("imap-compress", hook_);
        registrar.add<Capability>("COMPRESS=DEFLATE", capability_);
        return {};
    }

private:
    CompressMode mode_;
    CompressCommand command_{mode_};
    CompressHook hook_;
    CompressCapability capability_{mode_};
};

constexpr postern_interface dependencies[] = {{"imap", 0, 0, postern_requires}, {}};

}  // namespace
}  // namespace postern::imap

POSTERN_PLUGIN(postern::imap::CompressPlugin, {.id = "imap-compress",
                                               .summary = "IMAP COMPRESS=DEFLATE (RFC 4978)",
                                               .dependencies = postern::imap::dependencies});
