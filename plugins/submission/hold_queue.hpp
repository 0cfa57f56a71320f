#pragma once
// Messages that are sent later (RFC 4865): kept in their sender's account, released at their time, tried again where they cannot
// leave.
//
// The octets are a message in the mailbox "Scheduled", the rest an attribute of the account; both are committed before the client
// hears yes. Who takes the message out of that mailbox, cancels it. Several servers may share the store: the one that marks the
// message sends it. What a server that died was sending is sent again after `claim_lasts`.
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "postern/auth/auth.hpp"
#include "postern/mail/account.hpp"
#include "postern/mail/account_scan.hpp"
#include "postern/mail/relay_line.hpp"
#include "postern/plugin/plugin.hpp"
#include "submission/held_message.hpp"

namespace postern::submission {

constexpr const char* held_mailbox = "Scheduled";
constexpr const char* sending_keyword = "$Sending";

class HoldQueue {
public:
    explicit HoldQueue(Host& host) : host_(host) {}
    /// Before start(). `longest` 0: nothing is held.
    void configure(std::chrono::seconds longest, std::size_t most, bool keep_sent) {
        longest_ = longest;
        most_ = most;
        keep_sent_ = keep_sent;
    }
    void set_services(mail::MailService* mail, mail::RelayLines* relay, mail::AccountScan* accounts) {
        mail_ = mail;
        relay_ = relay;
        accounts_ = accounts;
    }
    /// Looks for what is held, and releases it, until the server stops.
    void start();
    /// One look at the clock: begins to release what is due. The first one, and now and then others, look at all accounts.
    Task<void> step();

    bool enabled() const {
        return longest_.count() > 0 && mail_ != nullptr && relay_ != nullptr && accounts_ != nullptr;
    }
    std::chrono::seconds longest() const { return longest_; }
    bool has_room(AccountId account) const;
    /// Any core. Committed when it answers.
    Task<Result<void>> hold(Identity owner, HeldMessage held, std::shared_ptr<const std::string> content);

private:
    /// What is remembered of a held message; everything else is in the account.
    struct Waiting {
        Identity owner;
        std::string entry;
    };
    /// What became of an attempt.
    struct Attempt {
        enum class Kind { sent, later, refused } kind = Kind::later;
        std::string text;
        std::unique_ptr<mail::RelayLine> line = nullptr;  ///< open still, if it was sent
    };

    Task<Result<void>> hold_at_home(Identity owner, HeldMessage held,
                                    std::shared_ptr<const std::string> content);
    Task<void> run();
    Task<bool> find_all();
    void find_in(const mail::ScannedAccounts::Found& found);
    std::optional<Waiting> next_due();
    void remember(Identity owner, const HeldMessage& held);
    Task<void> release(Waiting waiting);
    Task<Result<bool>> claim(mail::Account* account, mail::Mailbox* mailbox, HeldMessage* held);
    Task<Result<void>> write(mail::Account* account, const HeldMessage* held, bool remove);
    Task<Attempt> send(Identity owner, mail::OutgoingMail mail);
    Task<Result<void>> settle(mail::Account* account, mail::Mailbox* mailbox, HeldMessage* held,
                              Attempt attempt);
    Task<void> move_to(mail::Account* account, mail::Mailbox* mailbox, MessageId message,
                       std::string_view special_use);
    Task<void> tell_failure(mail::Account* account, const HeldMessage* held, std::string why);
    mail::Cause cause(const mail::Account& account) const;

    Host& host_;
    std::chrono::seconds longest_{0};
    std::size_t most_ = 100;
    bool keep_sent_ = true;
    UnixTime next_look_ = 0;  ///< at all accounts
    mail::MailService* mail_ = nullptr;
    mail::RelayLines* relay_ = nullptr;
    mail::AccountScan* accounts_ = nullptr;
    mutable std::mutex mutex_;
    std::multimap<UnixTime, Waiting> waiting_;     ///< by the time of the next attempt
    std::map<std::uint64_t, std::size_t> counts_;  ///< by account
};

}  // namespace postern::submission
