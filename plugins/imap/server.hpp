#pragma once
// The protocol "imap": what all sessions share.
#include <atomic>
#include <memory>
#include <string>

#include "core_engine.hpp"
#include "postern/auth/auth.hpp"
#include "postern/mail/account.hpp"
#include "postern/net/protocol.hpp"
#include "postern/plugin/plugin.hpp"
#include "registries.hpp"
#include "settings.hpp"

namespace postern::imap {

class ServerSession;

/// Read-only while sessions run.
class Server final : public Protocol {
public:
    explicit Server(Host& host);

    Task<void> serve(std::unique_ptr<Connection> connection, const ListenerInfo& listener) override;
    std::string refusal(std::string_view reason) const override;

    Host& host() { return host_; }
    Runtime& runtime() { return host_.runtime(); }
    const Registries& registries() const { return registries_; }
    const Settings& settings() const { return settings_; }
    Engine& engine() { return engine_; }
    AuthService& auth() { return *auth_; }
    mail::MailService& mail() { return *mail_; }
    std::uint64_t next_session_id() { return ++sessions_; }

    /// Before the server starts.
    void set_settings(Settings settings) { settings_ = std::move(settings); }
    Result<void> resolve(const Lookup& lookup);

private:
    /// Serves a session to its end, or until it moves to another core.
    static Task<void> drive(std::unique_ptr<ServerSession> session);

    Host& host_;
    Settings settings_;
    Registries registries_;
    CoreEngine engine_;
    AuthService* auth_ = nullptr;
    mail::MailService* mail_ = nullptr;
    std::atomic<std::uint64_t> sessions_ = 0;
};

}  // namespace postern::imap
