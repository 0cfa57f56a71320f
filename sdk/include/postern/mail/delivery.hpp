#pragma once
// Delivery: mail that arrives for accounts, whoever brings it (LMTP, submission, posternctl). The service finds the account,
// asks the filters what to do, stores, and answers for each recipient after the commit.
//
//     auto anna = co_await delivery.resolve("anna+lists@example.org");
//     auto results = co_await delivery.deliver(envelope, {anna}, content);
//
// Two views: DeliveryService is for whoever has mail, DeliveryFilter for whoever decides what becomes of it (Sieve).
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "postern/export.hpp"
#include "postern/mail/account.hpp"
#include "postern/mail/envelope.hpp"
#include "postern/plugin/registry.hpp"
#include "postern/result.hpp"
#include "postern/runtime/runtime.hpp"
#include "postern/store/transaction.hpp"

namespace postern::mail {

/// A recipient whose account is known.
struct ResolvedRecipient {
    EnvelopeRecipient envelope;
    AccountId account{};
    std::string login;
    std::string detail;  ///< "lists" of anna+lists@example.org (RFC 5233), "" if there is none
};

/// What a filter is asked about. The filter may keep copies: everything in it is a value or shared.
struct FilterRequest {
    std::shared_ptr<Account> account;  ///< open, on this core
    Envelope envelope;
    ResolvedRecipient recipient;
    /// As it would be stored: beginning with Return-Path, Delivered-To and Received.
    std::shared_ptr<const std::string> content;
    /// Octets of the Return-Path field at its beginning: not part of a message that goes on (RFC 5321 section 4.4).
    std::size_t return_path_octets = 0;
    /// Where it goes if nobody decides otherwise: INBOX, or the mailbox that the address' detail names.
    std::string mailbox;
};

/// What a filter decided. Order of doing: refusal, or else what must leave, what is stored, attributes, notices.
struct FilterActions {
    /// One message to be stored. Several into the same mailbox are one, with the flags of the last.
    struct Store {
        std::string mailbox;  ///< UTF-8 name; "" is FilterRequest::mailbox
        bool create = false;  ///< made and subscribed if it does not exist; otherwise INBOX takes its place
        /// Of the mailbox (RFC 8579): one with this use is taken if there is one, whatever the name. "\\Junk"
        std::string special_use;
        FlagBits flags = 0;
        std::vector<std::string> keywords;
        std::shared_ptr<const std::string> content;  ///< not set: FilterRequest::content
    };
    std::vector<Store> stores;  ///< none: the message is discarded, if it is not rejected
    /// Refused: the text goes back to whoever hands it over, if Envelope::can_reject; nothing else is done. UTF-8, may have
    /// several lines.
    std::optional<std::string> reject;
    /// Must leave before the recipient is answered for: redirects. If one cannot leave now, the delivery fails for now and
    /// nothing is stored; if the relay refuses one for good, the message is kept (in FilterRequest::mailbox).
    std::vector<OutgoingMail> redirects;
    /// Leave after the commit, and nothing waits for them: vacation replies, notifications, refusals as messages.
    std::vector<OutgoingMail> notices;
    /// Written after the messages are stored (what vacation and duplicate remember).
    std::vector<store::AttributeWrite> attributes;
};

/// Registered by name; asked in the order of order() until one answers with actions.
class POSTERN_SDK DeliveryFilter {
public:
    static constexpr InterfaceId interface_id{"postern.mail.delivery_filter", 1, 0};
    virtual ~DeliveryFilter();
    virtual int order() const = 0;
    /// On the account's core. nullopt: nothing to say, which means keep. Errors: temporary fails the delivery for now (it is
    /// tried again); any other keeps the message in `mailbox` and is logged.
    virtual Task<Result<std::optional<FilterActions>>> filter(FilterRequest request) = 0;
};

/// What became of a message for one recipient.
struct DeliveryOutcome {
    enum class Kind {
        stored,     ///< committed; `stored` says where
        forwarded,  ///< not stored: it went on or was discarded, as a filter decided
        duplicate,  ///< came before with the same envelope id: nothing was done
        rejected,   ///< for good; `error.text` is for the sender
        failed,     ///< not stored, and may be tried again as `error.code` tells: over_quota, temporary
    } kind = Kind::failed;
    struct Stored {
        MailboxId mailbox{};
        std::string name;
        std::uint32_t uidvalidity = 0;
        Uid uid = 0;
        MessageId message{};
    };
    std::vector<Stored> stored;
    Error error;  ///< rejected: permission_denied (a filter's refusal), invalid (a loop), too_large
};

/// Provided by the plugin `delivery`.
class POSTERN_SDK DeliveryService {
public:
    static constexpr InterfaceId interface_id{"postern.mail.delivery", 1, 0};
    virtual ~DeliveryService();

    /// Any core. not_found: nobody here has this address; over_quota: a message of `octets` would not fit now; temporary: the
    /// store does not answer.
    virtual Task<Result<ResolvedRecipient>> resolve(EnvelopeRecipient recipient, std::uint64_t octets) = 0;

    /// Any core; answers on the caller's, one outcome a recipient in their order, each after its commit. Recipients are served in
    /// parallel, and their transactions join those of all other deliveries. `content` is the message as it came; a Received
    /// field (from `envelope.peer`), Delivered-To and Return-Path are put before it, for each recipient.
    virtual Task<std::vector<DeliveryOutcome>> deliver(Envelope envelope,
                                                       std::vector<ResolvedRecipient> recipients,
                                                       std::shared_ptr<const std::string> content) = 0;

    /// On the account's core: asks the filters and does what they say, for mail that is not handed over but fetched. The
    /// content is taken as it is; `keep` has everything else of a message that stays (dates, receipt).
    virtual Task<DeliveryOutcome> deliver_to(FilterRequest request, NewMail keep) = 0;
};

/// What the peer that relays said.
struct RelayAnswer {
    struct Recipient {
        unsigned code = 0;  ///< 250, 452, 550
        std::string text;   ///< with the enhanced code, if it sent one: "2.1.5 Ok"
        bool accepted() const { return code >= 200 && code < 300; }
        bool refused() const { return code >= 500; }
    };
    std::vector<Recipient> recipients;  ///< in their order
    Recipient final;  ///< after the content; code 0 if it was not sent because nobody was accepted
};

/// Where mail of an account leaves: its smart host. Provided by the plugin `relay`.
class POSTERN_SDK MailRelay {
public:
    static constexpr InterfaceId interface_id{"postern.mail.relay", 1, 0};
    virtual ~MailRelay();
    /// True if this account has a smart host.
    virtual bool available(const std::string& login) const = 0;
    /// Any core. Errors: unsupported (no smart host), unavailable (it does not answer now), authentication_failed (it does not
    /// take the account's credential).
    virtual Task<Result<RelayAnswer>> send(AccountId account, std::string login, OutgoingMail mail) = 0;
};

}  // namespace postern::mail
