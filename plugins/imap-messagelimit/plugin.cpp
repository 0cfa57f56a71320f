// MESSAGELIMIT and SAVELIMIT (RFC 9738): how many messages one command works on, and how a client goes on from there.
//
//     C: a1 UID FETCH 1:* (FLAGS)
//     S: ... the highest 2000 ...
//     S: a1 OK [MESSAGELIMIT 2000 7001] FETCH completed
#include "postern/plugin/plugin.hpp"
#include "limit_hook.hpp"
#include "postern/imap/ext/capability.hpp"
#include "uid_bound_key.hpp"

namespace postern::imap {
namespace {

/// Far above what a person's mailbox holds: clients that never heard of limits meet none, and one command cannot keep the
/// server busy for ever.
constexpr std::int64_t default_limit = 100000;
/// Section 3: a lower one hinders clients more than it helps the server.
constexpr std::int64_t lowest_limit = 1000;

class LimitCapability final : public Capability {
public:
    void set_limits(MessageLimits limits) { limits_ = limits; }
    void contribute(const Session& session, CapabilityList& list) const override {
        if ((in(session.state()) & in_authenticated) == 0) return;
        if (limits_.messages != 0) list.add("MESSAGELIMIT=" + std::to_string(limits_.messages));
        // The former says it for COPY and APPEND, too, where they have no limit of their own.
        if (limits_.saves != 0 && limits_.saves != limits_.messages)
            list.add("SAVELIMIT=" + std::to_string(limits_.saves));
    }

private:
    MessageLimits limits_;
};

class MessageLimitPlugin final : public Plugin {
public:
    explicit MessageLimitPlugin(Host& /*host*/) {}

    void configure(const ConfigNode& config, Diagnostics& problems) override {
        config.check_keys({"messages", "saves"}, problems);
        MessageLimits limits;
        limits.messages = read(config, "messages", default_limit, problems);
        limits.saves = read(config, "saves", limits.messages, problems);
        hook_.set_limits(limits);
        guard_.set_limits(limits);
        capability_.set_limits(limits);
    }
    Result<void> declare(Registrar& registrar) override {
        registrar.add<CommandHook>("imap-messagelimit", hook_);
        registrar.add<mail::StoreGuard>("imap-messagelimit", guard_);
        registrar.add<SearchKey>("UIDAFTER", after_);
        registrar.add<SearchKey>("UIDBEFORE", before_);
        registrar.add<Capability>("MESSAGELIMIT", capability_);
        return {};
    }
    Result<void> resolve(const Lookup& lookup) override {
        hook_.set_items(lookup);
        for (UidBoundKey* key : {&after_, &before_}) key->set_reference(lookup.find<SetReference>());
        return {};
    }

private:
    static std::uint32_t read(const ConfigNode& config, std::string_view key, std::int64_t fallback,
                              Diagnostics& problems) {
        const std::int64_t value = config.get_int(key, fallback, 0, 0xffffffff, problems);
        if (value != 0 && value < lowest_limit) {
            problems.warning(config[key].place(), std::string(key) + " below 1000 hinders clients");
        }
        return static_cast<std::uint32_t>(value);
    }

    LimitHook hook_;
    SaveLimit guard_;
    UidBoundKey after_{true};
    UidBoundKey before_{false};
    LimitCapability capability_;
};

constexpr postern_interface dependencies[] = {
    {"imap", 0, 0, postern_requires}, {"imap-searchres", 0, 0, postern_uses}, {}};

}  // namespace
}  // namespace postern::imap

POSTERN_PLUGIN(
    postern::imap::MessageLimitPlugin,
    {.id = "imap-messagelimit",
     .summary = "IMAP MESSAGELIMIT, SAVELIMIT (RFC 9738)",
     .dependencies = postern::imap::dependencies,
     .config_schema = "messages: number  most messages one command works on, 0: any number (100000)\n"
                      "saves: number  the same for COPY and APPEND (messages)\n"});
