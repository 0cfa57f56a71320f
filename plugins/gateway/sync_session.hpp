#pragma once
// One session with a remote maildrop, in the order of gateway.md 2.4. Each step is a file of its own: sync_identity,
// sync_renumbering, sync_policy, sync_removal, sync_collection, sync_absence. Runs on the account's core.
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "gateway/patient_session.hpp"
#include "gateway/reconcile.hpp"
#include "gateway/source.hpp"
#include "postern/gateway/connector.hpp"
#include "postern/mail/account.hpp"
#include "postern/runtime/log.hpp"
#include "postern/runtime/runtime.hpp"

namespace postern::gateway {

/// What came of a session.
struct SessionReport {
    Outcome<void> end{};
    bool unchanged = false;  ///< the cheap poll found nothing new
    bool more = false;       ///< work is left: go on in another session at once
    bool listens = false;    ///< the provider was listened to while somebody was signed in
    std::uint64_t collected = 0;
    std::uint64_t deletes_sent = 0;
    std::uint64_t vanished = 0;
    std::uint64_t rebound = 0;
};

class SyncSession {
public:
    struct Context {
        mail::MailService* mail = nullptr;
        std::shared_ptr<mail::Account> account;
        std::shared_ptr<Source> source;
        store::Fence fence;
        Logger* log = nullptr;
        std::function<bool()> crowded;  ///< others wait for a place at the same host
        Runtime* runtime = nullptr;

        /// Around whatever the store may take long for: the provider waits, but not for ever.
        Pulse pulse(std::shared_ptr<PatientSession> line) const;
    };

    SyncSession(Context context, std::unique_ptr<RemoteSession> remote);

    /// Runs to the end and closes the session: with commit if everything that was fetched is stored, else without.
    Task<SessionReport> run();

private:
    using ReceiptIndex = std::size_t;

    // sync_session.cpp: order of the steps, and what they share
    Task<Outcome<void>> steps();
    Task<Outcome<void>> make_own_mailbox();
    const mail::MailboxInfo* own_mailbox()
        const;  ///< INBOX, or what the source has instead; null if it is gone
    Task<Outcome<void>> look_for_release();
    Task<Outcome<void>> end_release();
    Task<Outcome<bool>> take_listing();
    void learn_from_listing();
    void learn_from_end(bool confirmed);
    bool fetched_is_stored() const;
    bool needs_full_listing(const std::vector<store::Receipt>& pending) const;
    Task<Outcome<void>> write(std::vector<store::ReceiptWrite> writes);
    Task<Outcome<std::string>> fingerprint_of(std::size_t item);
    Task<Outcome<std::vector<std::string>>> fingerprints_of(std::vector<std::size_t> items);
    Task<Outcome<void>> load_lives(std::vector<MessageId> messages);
    Fault store_fault(const Error& error);
    store::ReceiptWrite move_to(ReceiptIndex index, store::ReceiptState state);
    UnixTime now() const { return context_.mail->now(); }
    const Policy& policy() const { return context_.source->policy(); }
    SourceFacts& facts() { return context_.source->facts; }
    mail::Cause cause(const char* command) const;

    // sync_identity.cpp: which message is which when ids do not tell (gateway.md 2.6)
    Task<Outcome<void>> identify();
    Task<Outcome<void>> settle_doubtful();
    Task<Outcome<void>> settle_reused();
    bool was_gone(const Match& match) const;
    bool deletion_was_asked(const Match& match) const;
    std::uint32_t free_occurrence(const std::string& uidl) const;
    Task<Outcome<bool>> rather_hidden();

    // sync_renumbering.cpp: what has a new id (T14)
    Task<Outcome<void>> match_renumbered();
    std::vector<Match> written_down() const;
    std::vector<std::size_t> unclaimed_items() const;
    bool may_have_new_id(const store::Receipt& receipt) const;
    bool may_come_back(const store::Receipt& receipt) const;
    using Pairs = std::vector<std::pair<std::size_t, ReceiptIndex>>;  ///< item, receipt
    bool was_listed_before(ReceiptIndex a, ReceiptIndex b) const;
    bool may_be_unverified(const store::Receipt& receipt) const;
    std::vector<Pairs> runs_of_sizes(const std::vector<std::size_t>& items) const;
    bool is_confirmed(const std::pair<std::size_t, ReceiptIndex>& pair) const;
    bool is_refuted(const std::pair<std::size_t, ReceiptIndex>& pair) const;
    Task<Outcome<Pairs>> pair_by_size(std::vector<std::size_t> items);
    Task<Outcome<Pairs>> pair_by_header(std::vector<std::size_t> items, Pairs paired);
    /// sync_changed_headers.cpp
    Task<Outcome<Pairs>> pair_by_sender_fields(std::vector<std::size_t> items, Pairs paired);
    Task<Outcome<std::multimap<std::string, ReceiptIndex>>> stored_sender_fingerprints(
        std::vector<ReceiptIndex> receipts);
    bool sizes_agree(const std::vector<std::size_t>& items, const std::vector<ReceiptIndex>& receipts) const;
    Task<Outcome<void>> rebind(Pairs pairs);
    void take_over(const Pairs& pairs, std::vector<store::Receipt> successors);
    std::vector<ReceiptIndex> compared_by_content(const std::vector<std::size_t>& open) const;
    bool queue_is_restored(const std::vector<std::size_t>& open, std::vector<ReceiptIndex> candidates) const;
    Task<Outcome<std::vector<UnixTime>>> when_returning_mail_was_missed(std::vector<std::size_t> open,
                                                                        std::vector<ReceiptIndex> hidden);
    Task<Outcome<void>> leave_out_expunged(std::vector<std::size_t> open,
                                           std::vector<ReceiptIndex>* candidates);
    Task<Outcome<void>> prepare_content_match(std::vector<std::size_t> open);

    // sync_policy.cpp: what the settings want deleted there although it lives here
    bool trash_needs_a_look() const;
    Task<Outcome<void>> want_by_policy();
    Task<Outcome<void>> want_old();
    Task<Outcome<void>> want_trashed();
    Task<Outcome<void>> leave_trash(std::vector<ReceiptIndex> gone);
    Task<Outcome<std::set<MessageId>>> placed_outside(MailboxId trash,
                                                      std::map<MessageId, ReceiptIndex> messages);
    store::ReceiptWrite want_deletion(ReceiptIndex index, store::DeleteReason reason);

    // sync_removal.cpp: what the user deleted (T6 to T9, T16, T18, T19), and what came back (T11, T15)
    Task<Outcome<void>> settle_known();
    Task<Outcome<void>> settle_returned();
    Task<Outcome<void>> restore(ReceiptIndex index);
    std::vector<Match> wanted_deletions() const;
    Task<Outcome<void>> send_deletes();
    bool needs_no_header(const Match& match) const;
    bool same_header(const Match& match) const;
    Task<Outcome<std::vector<Match>>> same_messages(std::vector<Match> wanted);
    bool all_twins_unwanted(const std::string& uidl) const;
    bool delete_brake_holds(std::size_t wanted);
    Task<Outcome<void>> take_back(std::vector<Match> wanted);

    // sync_collection.cpp: T1, T2, T3
    struct Wanted {
        std::size_t item = 0;
        store::Receipt receipt;
        bool backlog = false;
    };
    struct Batch {
        std::vector<mail::NewMail> messages;
        std::vector<store::Receipt> receipts;
        std::vector<std::size_t> items;
        std::uint64_t octets = 0;
    };
    std::vector<Wanted> plan_collection();
    Task<Outcome<void>> collect();
    Task<Outcome<void>> first_import(std::vector<Wanted> wanted);
    Task<Outcome<void>> fetch_all(std::vector<Wanted> wanted);
    Task<Outcome<void>> note_failure(Wanted wanted, Fault fault);
    Task<Outcome<void>> record_listed(std::vector<Wanted> wanted);
    Task<Outcome<void>> flush(Batch batch);
    Task<Outcome<void>> flush_singly(Batch batch);
    Task<Outcome<bool>> rebind_by_content(Wanted wanted, std::shared_ptr<const std::string> content);
    void add_to_batch(Batch& batch, Wanted wanted, std::shared_ptr<const std::string> content) const;
    // sync_sent.cpp: what the user has sent and what comes back
    Task<Outcome<void>> look_at_sent();
    bool was_sent_here(std::string_view content) const;
    Task<Outcome<void>> mark_own(Batch* batch);
    bool budget_spent() const;
    store::Receipt new_receipt(const UnknownItem& unknown) const;

    // sync_absence.cpp: T9, T10, T12, T13, T17, T18
    Task<Outcome<void>> account_for_missing();
    bool absence_is_evidence() const;
    Task<Outcome<void>> end_deletions();
    bool vanish_brake_holds(std::size_t missing, std::size_t stored);
    bool explained_by_expiry(const store::Receipt& receipt) const;
    Task<Outcome<void>> remove_placements(std::vector<ReceiptIndex> vanished);

    /// Whether a message has placements, and since when not.
    struct Life {
        bool known = false;   ///< the message exists
        bool living = false;  ///< and has placements
        UnixTime unreferenced_at = 0;
    };

    Context context_;
    std::shared_ptr<PatientSession> remote_;
    SessionReport report_;
    PullPage page_;
    std::vector<store::Receipt> receipts_;
    Reconciliation reconciled_;
    bool ids_made_up_ = false;
    bool suspect_renumbering_ = false;
    bool store_failed_ = false;
    bool deletes_wait_ = false;            ///< until what was fetched is stored
    std::set<std::size_t> fetched_whole_;  ///< items, less those that were stored since
    bool brakes_released_ = false;         ///< an operator says that what they hold is meant
    bool brakes_cancelled_ = false;        ///< or that it is not
    /// Receipts that fetched items are compared with; of one content, those that were listed last time at the end.
    std::map<ContentHash, std::vector<ReceiptIndex>> by_content_;
    /// Of items that may be messages we have, and of which nothing can be had to tell: none of that size is gone for sure.
    std::set<std::uint64_t> unreadable_sizes_;
    std::unordered_map<std::uint64_t, Life> lives_;
    ItemHeaders fingerprints_;
    ItemHeaders sender_fingerprints_;   ///< of the same items
    std::set<std::uint64_t> sent_ids_;  ///< hashes of Message-IDs in Sent
    Modseq sent_modseq_ = 0;            ///< of Sent when it was looked at
    UnixTime started_at_ = 0;
    std::uint64_t fetched_octets_ = 0;
};

}  // namespace postern::gateway
