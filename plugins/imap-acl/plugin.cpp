// ACL (RFC 4314): mailboxes that users share with each other.
#include "postern/plugin/plugin.hpp"
#include "access.hpp"
#include "acl_commands.hpp"
#include "acl_guard.hpp"
#include "postern/imap/ext/capability.hpp"

namespace postern::imap {
namespace {

class AclPlugin final : public Plugin {
public:
    explicit AclPlugin(Host& host) : access_(host.runtime()) {}

    Result<void> declare(Registrar& registrar) override {
        for (const NamedAclCommand& command : commands_)
            registrar.add<CommandHandler>(command.name, *command.handler);
        registrar.add<mail::StoreGuard>("acl", guard_);
        registrar.provide<MailboxAccess>(access_);
        registrar.add<Capability>("ACL", capability_);
        return {};
    }

    Result<void> resolve(const Lookup& lookup) override {
        auto* mail = lookup.find<mail::MailService>();
        if (mail == nullptr) return Error(Errc::invalid, "there is no mail service");
        access_.set_mail(mail);
        store_.set_mail(mail);
        return {};
    }

private:
    AclStore store_;
    std::vector<NamedAclCommand> commands_ = make_acl_commands(store_);
    AclGuard guard_;
    AclAccess access_;
    StaticCapability capability_{{"ACL", "RIGHTS=texk"}, Phase::after_sign_in};
};

constexpr postern_interface dependencies[] = {{"imap", 0, 0, postern_requires}, {}};

}  // namespace
}  // namespace postern::imap

POSTERN_PLUGIN(postern::imap::AclPlugin, {.id = "imap-acl",
                                          .summary = "IMAP ACL (RFC 4314)",
                                          .dependencies = postern::imap::dependencies});
