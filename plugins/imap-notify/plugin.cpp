// NOTIFY (RFC 5465): one connection hears of every mailbox of the account, and of as much of it as its client wants.
#include "postern/plugin/plugin.hpp"
#include "notify_command.hpp"
#include "postern/imap/ext/capability.hpp"

namespace postern::imap {
namespace {

class NotifyPlugin final : public Plugin {
public:
    explicit NotifyPlugin(Host& /*host*/) {}

    Result<void> declare(Registrar& registrar) override {
        registrar.add<SessionMode>("NOTIFY", mode_);
        registrar.add<ResponseFilter>("imap-notify", responses_);
        registrar.add<CommandHandler>("NOTIFY", command_);
        registrar.add<Announcer>("imap-notify", announcer_);
        registrar.add<Capability>("NOTIFY", capability_);
        return {};
    }
    Result<void> resolve(const Lookup& lookup) override {
        announcer_.collect(lookup);
        return {};
    }

private:
    NotifyMode mode_;
    NotifyResponses responses_{mode_};
    NotifyAnnouncer announcer_;
    NotifyCommand command_{announcer_, mode_};
    StaticCapability capability_{{"NOTIFY"}, Phase::after_sign_in};
};

// After the live searches, whose responses come before FETCH (section 5.2).
constexpr postern_interface dependencies[] = {{"imap", 0, 0, postern_requires},
                                              {"imap-condstore", 0, 0, postern_uses},
                                              {"imap-context", 0, 0, postern_after},
                                              {}};

}  // namespace
}  // namespace postern::imap

POSTERN_PLUGIN(postern::imap::NotifyPlugin, {.id = "imap-notify",
                                             .summary = "IMAP NOTIFY (RFC 5465)",
                                             .dependencies = postern::imap::dependencies});
