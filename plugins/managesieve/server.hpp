#pragma once
// The protocol "managesieve": what all sessions share.
#include <chrono>
#include <memory>

#include "postern/auth/sasl.hpp"
#include "postern/mail/scripts.hpp"
#include "postern/net/protocol.hpp"
#include "postern/plugin/plugin.hpp"
#include "postern/sieve/engine.hpp"

namespace postern::managesieve {

class Session;

struct Settings {
    std::chrono::seconds autologout{1800};  ///< RFC 5804 section 1.3 wants 30 minutes
    std::chrono::seconds sign_in_time{180};
};

/// Read-only while sessions run.
struct Services {
    Runtime* runtime = nullptr;
    Logger* log = nullptr;
    SaslMechanisms mechanisms;
    mail::MailService* mail = nullptr;
    mail::ScriptStore* scripts = nullptr;
    const sieve::Engine* engine = nullptr;
    Settings settings;
};

class ManageSieve final : public Plugin, public Protocol {
public:
    explicit ManageSieve(Host& host);

    void configure(const ConfigNode& config, Diagnostics& problems) override;
    Result<void> declare(Registrar& registrar) override;
    Result<void> resolve(const Lookup& lookup) override;

    Task<void> serve(std::unique_ptr<Connection> connection, const ListenerInfo& listener) override;
    std::string refusal(std::string_view reason) const override;

private:
    /// Serves a session to its end, or until it moves to another core.
    static Task<void> drive(std::unique_ptr<Session> session);

    Services services_;
};

}  // namespace postern::managesieve
