// Limits of accounts: how much they may hold. They bind every protocol, since every store operation passes the guard.
#include "postern/plugin/plugin.hpp"
#include "postern/config/config_node.hpp"
#include "quota_guard.hpp"

namespace postern::mail {
namespace {

class QuotaPlugin final : public Plugin {
public:
    explicit QuotaPlugin(Host& /*host*/) {}

    void configure(const ConfigNode& config, Diagnostics& problems) override {
        config.check_keys({"storage", "messages", "mailboxes", "annotations"}, problems);
        QuotaLimits limits;
        const auto size = [&](const char* key, QuotaResource resource) {
            if (config[key].exists()) limits[resource] = config.get_size(key, 0, problems) / 1024;
        };
        const auto number = [&](const char* key, QuotaResource resource) {
            if (config[key].exists())
                limits[resource] = static_cast<std::uint64_t>(
                    config.get_int(key, 0, 0, std::numeric_limits<std::int64_t>::max(), problems));
        };
        size("storage", QuotaResource::storage);
        number("messages", QuotaResource::message);
        number("mailboxes", QuotaResource::mailbox);
        size("annotations", QuotaResource::annotation_storage);
        keeper_.set_defaults(limits);
    }

    Result<void> declare(Registrar& registrar) override {
        registrar.add<StoreGuard>("quota", guard_);
        registrar.provide<QuotaService>(keeper_);
        return {};
    }

private:
    QuotaKeeper keeper_;
    QuotaGuard guard_{keeper_};
};

constexpr postern_interface provided[] = {{"postern.mail.quota", 1, 0, 0}, {nullptr, 0, 0, 0}};

}  // namespace
}  // namespace postern::mail

POSTERN_PLUGIN(postern::mail::QuotaPlugin,
               {.id = "quota",
                .summary = "Limits of accounts",
                .provides = postern::mail::provided,
                .config_schema = "storage: size  octets of all messages of an account (no limit)\n"
                                 "messages: number  messages of an account (no limit)\n"
                                 "mailboxes: number  mailboxes of an account (no limit)\n"
                                 "annotations: size  octets of all annotations of an account (no limit)\n"});
