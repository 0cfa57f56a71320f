// QUOTA (RFC 9208): what an account uses and may use. The limits are kept and enforced by the plugin `quota`.
#include "postern/plugin/plugin.hpp"
#include "postern/config/config_node.hpp"
#include "postern/imap/ext/capability.hpp"
#include "quota_commands.hpp"
#include "status_items.hpp"

namespace postern::imap {
namespace {

class QuotaPlugin final : public Plugin {
public:
    explicit QuotaPlugin(Host& /*host*/) {}

    void configure(const ConfigNode& config, Diagnostics& problems) override {
        config.check_keys({"administrators"}, problems);
        const auto logins = config.get_strings("administrators", problems);
        roots_.set_administrators({logins.begin(), logins.end()});
    }

    Result<void> declare(Registrar& registrar) override {
        registrar.add<CommandHandler>("GETQUOTA", get_);
        registrar.add<CommandHandler>("GETQUOTAROOT", get_root_);
        registrar.add<CommandHandler>("SETQUOTA", set_);
        registrar.add<StatusItem>("DELETED", deleted_);
        registrar.add<StatusItem>("DELETED-STORAGE", deleted_storage_);
        registrar.add<Capability>("QUOTA", capability_);
        return {};
    }

    Result<void> resolve(const Lookup& lookup) override {
        auto* quota = lookup.find<mail::QuotaService>();
        auto* mail = lookup.find<mail::MailService>();
        if (quota == nullptr || mail == nullptr) return Error(Errc::invalid, "nobody keeps quotas");
        roots_.set_services(quota, mail, lookup.find<MailboxAccess>());
        return {};
    }

private:
    QuotaRoots roots_;
    GetQuotaCommand get_{roots_};
    GetQuotaRootCommand get_root_{roots_};
    SetQuotaCommand set_{roots_};
    DeletedItem deleted_;
    DeletedStorageItem deleted_storage_;
    StaticCapability capability_{{"QUOTA", "QUOTASET", "QUOTA=RES-STORAGE", "QUOTA=RES-MESSAGE",
                                  "QUOTA=RES-MAILBOX", "QUOTA=RES-ANNOTATION-STORAGE"},
                                 Phase::after_sign_in};
};

constexpr postern_interface dependencies[] = {
    {"imap", 0, 0, postern_requires}, {"postern.mail.quota", 1, 0, postern_requires}, {}};

}  // namespace
}  // namespace postern::imap

POSTERN_PLUGIN(
    postern::imap::QuotaPlugin,
    {.id = "imap-quota",
     .summary = "IMAP QUOTA (RFC 9208)",
     .dependencies = postern::imap::dependencies,
     .config_schema = "administrators: list  logins that may use SETQUOTA, for any account (none)\n"});
