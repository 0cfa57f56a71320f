// URLAUTH (RFC 4467), URLAUTH=BINARY (RFC 5524), URL-PARTIAL (RFC 5550): parts of messages for whom their owner lets have them,
// above all the submission server that sends a message made of them.
#include "postern/plugin/plugin.hpp"
#include "genurlauth_command.hpp"
#include "postern/imap/ext/capability.hpp"
#include "postern/imap/ext/operation.hpp"
#include "resetkey_command.hpp"
#include "urlfetch_command.hpp"

namespace postern::imap {
namespace {

class UrlAuthCapability final : public Capability {
public:
    void contribute(const Session& session, CapabilityList& list) const override {
        if ((in(session.state()) & in_authenticated) == 0) return;
        list.add("URLAUTH");
        list.add("URLAUTH=BINARY");
        if (!list.has("URL-PARTIAL")) list.add("URL-PARTIAL");
    }
};

/// Which mechanisms there are, told with each mailbox (section 8).
class Mechanisms final : public ResponseCodes {
public:
    void untagged(Session& /*session*/, const Operation& operation, ResponseWriter& out) override {
        if (operation.kind == Operation::Kind::opened)
            out.status("", "OK", "URLMECH INTERNAL", "Ways to authorise URLs");
    }
};

class UrlAuthPlugin final : public Plugin {
public:
    explicit UrlAuthPlugin(Host& /*host*/) {}

    void configure(const ConfigNode& config, Diagnostics& problems) override {
        config.check_keys({"submit", "stream"}, problems);
        for (const char* application : {"submit", "stream"}) {
            for (std::string& login : config.get_strings(application, problems))
                rules_.add(application, std::move(login));
        }
    }
    Result<void> declare(Registrar& registrar) override {
        registrar.add<CommandHandler>("GENURLAUTH", generate_);
        registrar.add<CommandHandler>("RESETKEY", reset_);
        registrar.add<CommandHandler>("URLFETCH", fetch_);
        registrar.add<ResponseCodes>("imap-urlauth", mechanisms_);
        registrar.add<Capability>("URLAUTH", capability_);
        return {};
    }
    Result<void> resolve(const Lookup& lookup) override {
        auto* mail = lookup.find<mail::MailService>();
        if (mail == nullptr) return Error(Errc::not_found, "there is no mail service");
        fetcher_.set_service(mail);
        generate_.set_service(mail);
        reset_.set_service(mail);
        return {};
    }

private:
    AccessRules rules_;
    UrlFetcher fetcher_{rules_};
    GenUrlAuthCommand generate_{rules_};
    ResetKeyCommand reset_;
    UrlFetchCommand fetch_{fetcher_};
    Mechanisms mechanisms_;
    UrlAuthCapability capability_;
};

constexpr postern_interface dependencies[] = {{"imap", 0, 0, postern_requires}, {}};

}  // namespace
}  // namespace postern::imap

POSTERN_PLUGIN(postern::imap::UrlAuthPlugin,
               {.id = "imap-urlauth",
                .summary = "IMAP URLAUTH (RFC 4467), URLAUTH=BINARY (RFC 5524)",
                .dependencies = postern::imap::dependencies,
                .config_schema = "submit: names  logins of message submission servers (none)\n"
                                 "stream: names  logins of streaming servers (none)\n"});
