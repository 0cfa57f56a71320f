#pragma once
// Scripts over mail that is in a mailbox already: for events of IMAP (RFC 6785), and for what an operator wants done with a mailbox.
#include <memory>
#include <string>
#include <vector>

#include "postern/mail/account.hpp"
#include "postern/sieve/engine.hpp"

namespace postern::sieve {

struct StoredRequest {
    std::shared_ptr<mail::Account> account;  ///< whose mail and script it is; open on this core
    MailboxId mailbox{};
    struct Message {
        Uid uid = 0;
        std::vector<std::string> changed_flags;  ///< imap.changedflags
    };
    std::vector<Message> messages;  ///< those that are gone meanwhile are passed over
    ProgramPtr program;
    /// imap.cause: "APPEND", "COPY", "FLAG". "": no event of IMAP, and then nothing is sent.
    std::string event;
    std::string user;  ///< imap.user
    bool expunge =
        false;  ///< what is not kept is removed; otherwise it is marked \Deleted (RFC 6785 section 2.2.4)
    bool rehearse = false;  ///< only answers what would be done
    mail::Cause cause;
};

/// What became of one message. It is where it was unless `removed`.
struct StoredResult {
    Uid uid = 0;
    bool gone = false;            ///< not there any more: nothing was done
    std::vector<Action> actions;  ///< what the script wanted
    std::string
        failure;  ///< why nothing, or not everything, was done: of the script, the store, the smart host
    std::size_t copies = 0;                  ///< placements in other mailboxes
    bool removed = false;                    ///< expunged or marked \Deleted
    std::vector<std::string> changed_flags;  ///< by the script; without \Deleted of `removed`
    /// Kinds of actions that are not done with mail that is stored already: "vacation", "reject".
    std::vector<std::string> left_out;
};

/// Provided by the plugin "sieve".
class POSTERN_SDK StoredMail {
public:
    static constexpr InterfaceId interface_id{"postern.sieve.stored_mail", 1, 0};
    virtual ~StoredMail();
    /// On the account's core. A result for each message, in their order. An error means that nothing was done. A message is
    /// removed in the transaction that files it elsewhere, or after it; redirects have left before.
    virtual Task<Result<std::vector<StoredResult>>> apply(StoredRequest request) = 0;
};

}  // namespace postern::sieve
