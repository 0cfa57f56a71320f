#pragma once
// The protocol "pop3": what all sessions share.
#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "pop3/settings.hpp"
#include "postern/auth/sasl.hpp"
#include "postern/mail/account.hpp"
#include "postern/mail/account_lock.hpp"
#include "postern/net/protocol.hpp"
#include "postern/plugin/plugin.hpp"

namespace postern::pop3 {

class Session;

/// Which maildrops are in use in this process, and when users signed in last. Any thread.
class Usage {
public:
    using Clock = std::chrono::steady_clock;
    bool lock(AccountId account);
    void unlock(AccountId account);
    /// False if the last sign-in that was let through was less than `delay` ago.
    bool sign_in(AccountId account, std::chrono::seconds delay, Clock::time_point now);

private:
    std::mutex mutex_;
    std::unordered_set<std::uint64_t> locked_;
    std::unordered_map<std::uint64_t, Clock::time_point> signed_in_;
};

class Server final : public Protocol {
public:
    explicit Server(Host& host) : host_(host) {}
    void set_settings(Settings settings) { settings_ = settings; }
    Result<void> resolve(const Lookup& lookup);

    Task<void> serve(std::unique_ptr<Connection> connection, const ListenerInfo& listener) override;
    std::string refusal(std::string_view reason) const override;

    Runtime& runtime() { return host_.runtime(); }
    Logger& log() { return host_.log(); }
    const Settings& settings() const { return settings_; }
    const SaslMechanisms& mechanisms() const { return mechanisms_; }
    AuthService& auth() { return *auth_; }
    mail::MailService& mail() { return *mail_; }
    Usage& usage() { return usage_; }
    /// Null where this process alone uses the store.
    mail::AccountLocks* locks() { return locks_; }
    std::uint64_t next_session_id() { return ++sessions_; }

private:
    /// Serves a session to its end, or until it moves to another core.
    static Task<void> drive(std::unique_ptr<Session> session);

    Host& host_;
    Settings settings_;
    SaslMechanisms mechanisms_;
    AuthService* auth_ = nullptr;
    mail::MailService* mail_ = nullptr;
    mail::AccountLocks* locks_ = nullptr;
    Usage usage_;
    /// Apart from the numbers of other protocols' sessions.
    std::atomic<std::uint64_t> sessions_ = std::uint64_t{1} << 48;
};

}  // namespace postern::pop3
