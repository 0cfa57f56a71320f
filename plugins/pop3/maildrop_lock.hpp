#pragma once
// One session has a maildrop (RFC 1939 section 3): between nodes that share a store.
#include <memory>
#include <string>

#include "postern/mail/account_lock.hpp"
#include "postern/runtime/event.hpp"

namespace postern::pop3 {

/// Taken, renewed by keep(), given back. All on the account's core.
class MaildropLock {
public:
    /// `locks` and `runtime` outlive it.
    MaildropLock(mail::AccountLocks& locks, Runtime& runtime, std::shared_ptr<mail::Account> account,
                 std::string holder, std::chrono::seconds time);

    /// conflict: a session of another node has the maildrop. Afterwards keep() is to be spawned.
    Task<Result<void>> take();
    /// Renews it until it is given back or lost.
    static Task<void> keep(std::shared_ptr<MaildropLock> lock);
    Task<void> release();
    /// Whoever cannot wait: keep() gives it back.
    void let_go();
    /// It could not be renewed in time: another session may have the maildrop by now.
    bool is_lost() const;

private:
    using Clock = std::chrono::steady_clock;

    mail::AccountLocks& locks_;
    Runtime& runtime_;
    std::shared_ptr<mail::Account> account_;
    std::string holder_;
    std::chrono::seconds time_;
    Event end_;
    bool ended_ = false;
    bool released_ = false;
    bool lost_ = false;
    Clock::time_point valid_until_;
};

}  // namespace postern::pop3
