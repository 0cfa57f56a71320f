// IMAPSIEVE (RFC 6785).
#include "event_scripts.hpp"
#include "postern/imap/ext/capability.hpp"
#include "postern/imap/ext/command_handler.hpp"
#include "postern/imap/ext/session.hpp"
#include "postern/mail/account_state.hpp"
#include "postern/net/protocol.hpp"
#include "postern/smtp/server.hpp"

namespace postern::imapsieve {

namespace {

/// "IMAPSIEVE=sieve://HOST", where everything it speaks of is there.
class Announcement final : public imap::Capability {
public:
    /// After those that it looks for.
    int order() const override { return 50; }
    void contribute(const imap::Session& session, imap::CapabilityList& list) const override {
        if (works && session.identity() != nullptr && list.has("METADATA")) list.add("IMAPSIEVE=" + url);
    }
    bool works = false;
    std::string url;
};

/// The server's entry, as clients see it.
class ServerEntry final : public mail::AccountState {
public:
    std::string_view prefix() const override { return script_entry; }
    Task<Result<std::vector<std::pair<std::string, std::string>>>> read(mail::Account* /*account*/) override {
        std::vector<std::pair<std::string, std::string>> entries;
        if (!script.empty()) entries.emplace_back(script_entry, script);
        co_return entries;
    }
    std::string script;
};

class ImapSievePlugin final : public Plugin {
public:
    explicit ImapSievePlugin(Host& host) : host_(host), scripts_(host) {}

    void configure(const ConfigNode& config, Diagnostics& problems) override {
        config.check_keys({"url", "expunge", "script"}, problems);
        capability_.url = config.get_string("url", "sieve://" + smtp::local_name(), problems);
        const bool plain = capability_.url.find_first_of(" \"\\()") == std::string::npos;
        if (!capability_.url.starts_with("sieve://") || !plain)
            problems.error(config["url"].place(), "url is sieve://HOST[:PORT] (RFC 5804 section 3)");
        entry_.script = config.get_string("script", "", problems);
        scripts_.set_script(entry_.script);
        scripts_.set_expunge(config.get_bool("expunge", false, problems));
    }

    Result<void> declare(Registrar& registrar) override {
        registrar.add<imap::MessageObserver>("imapsieve", scripts_);
        registrar.add<imap::Capability>("IMAPSIEVE", capability_);
        registrar.add<mail::AccountState>("imapsieve", entry_);
        return {};
    }

    Result<void> resolve(const Lookup& lookup) override {
        const auto* engine = lookup.find<sieve::Engine>();
        auto* scripts = lookup.find<mail::ScriptStore>();
        Services services;
        services.mail = lookup.find<mail::MailService>();
        services.stored = lookup.find<sieve::StoredMail>();
        services.access = lookup.find<imap::MailboxAccess>();
        if (engine == nullptr || services.stored == nullptr)
            return Error(Errc::not_found, "nothing runs Sieve scripts (postern.sieve.engine)");
        if (scripts == nullptr || services.mail == nullptr)
            return Error(Errc::not_found, "nothing provides scripts and mailboxes (postern.mail.scripts)");
        std::string missing;
        for (const char* name : {"imapsieve", "environment", "imap4flags"}) {
            if (!engine->registry().knows(name)) missing += std::string(" sieve-") + name;
        }
        if (lookup.find<imap::CommandHandler>("SETMETADATA") == nullptr) missing += " imap-metadata";
        if (lookup.find<Protocol>("managesieve") == nullptr) missing += " managesieve";
        if (!missing.empty()) {
            host_.log().warning("IMAPSIEVE is off: plugins are missing", {{"missing", missing.substr(1)}});
            return {};
        }
        cache_.set_services(engine, scripts);
        scripts_.set_services(services, cache_);
        capability_.works = true;
        return {};
    }

private:
    Host& host_;
    ScriptCache cache_;
    EventScripts scripts_;
    Announcement capability_;
    ServerEntry entry_;
};

constexpr postern_interface dependencies[] = {{"imap", 0, 0, postern_requires},
                                              {"postern.sieve.engine", 1, 0, postern_requires},
                                              {"postern.sieve.stored_mail", 1, 0, postern_requires},
                                              {nullptr, 0, 0, 0}};

}  // namespace

}  // namespace postern::imapsieve

POSTERN_PLUGIN(
    postern::imapsieve::ImapSievePlugin,
    {.id = "imapsieve",
     .summary = "IMAP IMAPSIEVE (RFC 6785): scripts on APPEND, COPY, MOVE and changes of flags",
     .dependencies = postern::imapsieve::dependencies,
     .config_schema = "url: text  where clients manage their scripts (sieve:// and the machine's name)\n"
                      "expunge: bool  what a script does not keep is removed, not only marked (false)\n"
                      "script: text  name of the script of mailboxes that name none (none)\n"});
