#pragma once
// Scripts on events of IMAP (RFC 6785): which mailbox has one, and running it behind the command that caused the event.
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "postern/imap/ext/access.hpp"
#include "postern/imap/ext/message_observer.hpp"
#include "postern/plugin/plugin.hpp"
#include "postern/runtime/log.hpp"
#include "postern/sieve/stored_mail.hpp"
#include "script_cache.hpp"

namespace postern::imapsieve {

/// Annotation of a mailbox or of the server: the name of a script (section 2.3.1). The server's is the operator's to set.
constexpr std::string_view script_entry = "/shared/imapsieve/script";

/// Which mailboxes of an account have a script. On the account's core.
struct KnownScripts {
    bool current = false;
    std::uint64_t changes = 0;  ///< that were told
    std::map<MailboxId, std::string> names;

    /// "" if there is none: the mailbox' own entry, whatever it says, or else the server's.
    std::string find(MailboxId mailbox, const std::string& of_server) const;
};

struct Services {
    mail::MailService* mail = nullptr;
    sieve::StoredMail* stored = nullptr;
    imap::MailboxAccess* access = nullptr;  ///< null: nobody sees others' mailboxes
};

class EventScripts final : public imap::MessageObserver {
public:
    explicit EventScripts(Host& host) : host_(host) {}
    /// Before the server starts. Without it nothing is observed.
    void set_services(const Services& services, ScriptCache& cache) {
        services_ = services;
        cache_ = &cache;
    }
    void set_expunge(bool expunge) { expunge_ = expunge; }
    /// The server's entry; "" if it has none.
    void set_script(std::string script) { script_ = std::move(script); }

    bool observes(imap::Session& session, const mail::MailboxInfo& mailbox) override;
    void observed(imap::Session& session, const imap::MessageEvent& event) override;

private:
    /// An event that waits for its script.
    struct Job {
        std::string user;
        imap::MessageEvent event;
        std::shared_ptr<KnownScripts> known;
    };
    /// Events of the sessions of one user, in their order.
    struct Queue {
        std::deque<Job> jobs;
    };
    bool is_others(std::string_view mailbox) const;
    Task<void> work_off(AccountId user, std::shared_ptr<Queue> queue);
    Task<Result<void>> run(AccountId user, const Job* job);
    Task<Result<void>> run_at_home(AccountId owner, const Job* job);
    Task<Result<AccountId>> owner_of(AccountId user, const Job* job);
    static Task<Result<void>> load(mail::Account* account, KnownScripts* known);
    /// Answers the messages whose flags the script changed.
    Task<Result<std::vector<sieve::StoredRequest::Message>>> apply(const sieve::StoredRequest* request);

    Host& host_;
    Services services_;
    ScriptCache* cache_ = nullptr;
    bool expunge_ = false;
    std::string script_;
    std::mutex mutex_;
    std::unordered_map<std::uint64_t, std::shared_ptr<Queue>> queues_;  ///< of users with events that wait
};

}  // namespace postern::imapsieve
