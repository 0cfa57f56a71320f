#pragma once
// The protocol "imap": what all sessions share.
#include <atomic>
#include <map>
#include <memory>
#include <string>

#include "offer.hpp"
#include "postern/auth/auth.hpp"
#include "postern/imap/ext/listener_extensions.hpp"
#include "postern/mail/account.hpp"
#include "postern/net/protocol.hpp"
#include "postern/plugin/plugin.hpp"
#include "settings.hpp"

namespace postern::imap {

class ServerSession;

/// Read-only while sessions run.
class Server final : public Protocol, public ListenerExtensions {
public:
    explicit Server(Host& host);

    /// `without: [imap-compress]`: these, and what needs them, are not there for this listener's clients.
    void configure_listener(const ListenerInfo& listener, Diagnostics& problems) override;
    Task<void> serve(std::unique_ptr<Connection> connection, const ListenerInfo& listener) override;
    std::string refusal(std::string_view reason) const override;

    Host& host() { return host_; }
    Runtime& runtime() { return host_.runtime(); }
    Offer& offer(const ListenerInfo& listener);
    bool has(const Session& session, std::string_view plugin) const override;
    const Settings& settings() const { return settings_; }
    AuthService& auth() { return *auth_; }
    mail::MailService& mail() { return *mail_; }
    std::uint64_t next_session_id() { return ++sessions_; }

    /// Before the server starts.
    void set_settings(Settings settings) { settings_ = std::move(settings); }
    /// Where listeners' settings are checked against; complete when configure_listener is called.
    void set_lookup(const Lookup& lookup) { lookup_ = &lookup; }
    Result<void> resolve(const Lookup& lookup);

private:
    /// Serves a session to its end, or until it moves to another core.
    static Task<void> drive(std::unique_ptr<ServerSession> session);

    Host& host_;
    Settings settings_;
    const Lookup* lookup_ = nullptr;
    Offer everything_;
    std::map<std::string, Offer> restricted_;  ///< by the place of the listener in the file
    AuthService* auth_ = nullptr;
    mail::MailService* mail_ = nullptr;
    std::atomic<std::uint64_t> sessions_ = 0;
};

}  // namespace postern::imap
