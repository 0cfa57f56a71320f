// THREAD=ORDEREDSUBJECT and THREAD=REFERENCES (RFC 5256).
//
//     C: a1 UID THREAD REFERENCES UTF-8 ALL
//     S: * THREAD (2)(3 6 (4 23)(44 7 96))
//     S: a1 OK THREAD completed
#include "postern/plugin/plugin.hpp"
#include "postern/imap/ext/capability.hpp"
#include "thread_command.hpp"

namespace postern::imap {
namespace {

class ThreadPlugin final : public Plugin {
public:
    explicit ThreadPlugin(Host& /*host*/) {}

    Result<void> declare(Registrar& registrar) override {
        registrar.add<CommandHandler>("THREAD", command_);
        registrar.add<Capability>("THREAD", capability_);
        return {};
    }

private:
    ThreadCommand command_;
    StaticCapability capability_{{"THREAD=ORDEREDSUBJECT", "THREAD=REFERENCES"}, Phase::after_sign_in};
};

constexpr postern_interface dependencies[] = {{"imap", 0, 0, postern_requires}, {}};

}  // namespace
}  // namespace postern::imap

POSTERN_PLUGIN(postern::imap::ThreadPlugin, {.id = "imap-thread",
                                             .summary = "IMAP THREAD (RFC 5256)",
                                             .dependencies = postern::imap::dependencies});
