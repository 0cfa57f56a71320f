#pragma once
// One session with a provider that has folders and flags (gateway.md 4.1): both sides are brought in step. What waits to be
// done upstream is no list of operations but the difference between this side, the receipts and what was agreed: it
// survives any crash and any outage, and doing it twice is doing it once.
//
// A round, in this order: the tree of folders (folder_tree.cpp), what is new there (folder_pull, folder_collect), flags both
// ways (folder_flags), what was moved, filed, written and removed here (folder_push), what is gone there (folder_vanish),
// folders that were removed here. New before gone: what moved is recognised by its header or content before it is missed.
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "gateway/folder_state.hpp"
#include "gateway/schedule.hpp"
#include "gateway/sync_session.hpp"

namespace postern::gateway {

/// The message is at the provider, as far as is known.
inline constexpr store::ReceiptStates there_states = store::bit(store::ReceiptState::stored) |
                                                     store::bit(store::ReceiptState::suspect) |
                                                     store::bit(store::ReceiptState::delete_wanted);
/// It came here: nothing is to be fetched.
inline constexpr store::ReceiptStates settled_states =
    there_states | store::bit(store::ReceiptState::delete_sent);

class FolderSync {
public:
    using Context = SyncSession::Context;
    FolderSync(Context context, std::unique_ptr<RemoteSession> remote);

    /// Until both sides are in step, then as long as somebody is signed in and the provider tells of news.
    Task<SessionReport> run();

private:
    using ReceiptIndex = std::size_t;
    /// A folder in this session.
    struct Work {
        FolderState state;
        std::string saved;          ///< the state as it is kept
        bool gone_there = false;    ///< the provider does not list it any more
        bool removed_here = false;  ///< the user removed the mailbox
        bool looked_at = false;     ///< what is there is known: as before, or `page`
        PullPage page;
        bool pulled = false;
        bool settled = true;  ///< nothing is left to do: the token may move on
        std::shared_ptr<mail::Mailbox> mailbox;
        Modseq seen = 0;  ///< of the mailbox when it was looked at
    };
    struct Wanted {
        std::size_t item = 0;
        store::Receipt receipt;
    };
    /// A message here that is not there, as far as is known.
    struct Waiting {
        Work* work = nullptr;
        Uid uid = 0;
        MessageId message{};
        std::uint64_t size = 0;
    };
    struct Batch {
        std::vector<mail::NewMail> messages;
        std::vector<FlagState> flags;
        std::uint64_t octets = 0;
    };

    // folder_sync.cpp
    Task<Outcome<void>> steps();
    Task<Outcome<void>> load_states();
    Task<Outcome<void>> save_states();
    Task<Outcome<void>> load_receipts();
    Task<Outcome<void>> look_for_release();
    Task<Outcome<void>> end_release();
    Task<Outcome<bool>> wait_for_news();
    Presence presence() const;
    Task<Outcome<void>> open_mailbox(Work* work);
    Task<Outcome<void>> write(std::vector<store::ReceiptWrite> writes);
    bool changed_here(const Work& work) const;
    Fault store_fault(const Error& error);
    mail::Cause cause(const char* command) const;
    UnixTime now() const { return context_.mail->now(); }
    const Policy& policy() const { return context_.source->policy(); }
    SourceFacts& facts() { return context_.source->facts; }
    std::string entry_prefix() const;
    store::ReceiptWrite move_to(ReceiptIndex index, store::ReceiptState state);
    ReceiptIndex add_receipt(store::Receipt receipt);
    std::optional<ReceiptIndex> receipt_of(const FolderState& state, const std::string& remote_id) const;
    /// The id there of a receipt's message.
    static std::string remote_id_of(const store::Receipt& receipt);
    bool is_of(const store::Receipt& receipt, const FolderState& state) const;
    /// The folder that it is a receipt of; null if nothing is agreed about it any more.
    Work* owner_of(const store::Receipt& receipt) const;
    /// Slots of living messages.
    static std::unordered_multimap<std::uint64_t, mail::Slot> placements(const mail::Mailbox& mailbox);
    FlagState flags_here(const mail::Mailbox& mailbox, mail::Slot slot) const;
    bool brake_holds(std::size_t affected, std::size_t total, const Brake& brake, UnixTime* held_since,
                     const char* what);

    // folder_tree.cpp
    Task<Outcome<void>> sync_tree();
    Task<Outcome<void>> list_tree();
    Task<Outcome<void>> look_at_known();
    Task<Outcome<void>> settle_names();
    Task<Outcome<void>> rename_there(Work* work, std::string name);
    void note_renamed(Work* work, std::string name, std::string parent, std::string new_id);
    bool is_below(const std::string& id, const std::string& ancestor) const;
    Task<Outcome<void>> adopt(RemoteFolder folder);
    Task<Outcome<void>> offer(mail::MailboxInfo mailbox);
    Task<Outcome<void>> make_there(mail::MailboxInfo mailbox);
    /// The folder that a mailbox of this name lies in there: "" at the top, nullopt if there is none yet.
    std::optional<std::string> parent_there(const std::string& name);
    Task<Outcome<void>> remove_folders();
    bool all_seen_here(const Work& work) const;
    Task<Outcome<void>> drop_folder(Work* work);
    Task<Outcome<void>> push_one(Action action, ActionResult* result);
    Work* work_of(MailboxId mailbox);
    Work* work_of_remote(const std::string& id);
    std::string local_name(const RemoteFolder& folder);
    void add_work(MailboxId mailbox, std::string remote_id, std::string name, bool selectable);

    // folder_pull.cpp
    Task<Outcome<void>> pull_folder(Work* work);
    Task<Outcome<void>> collect();
    Task<Outcome<void>> collect_folder(Work* work);
    std::vector<Wanted> plan(Work& work);
    void find_missing();
    // folder_moves.cpp: what was moved on both sides
    /// Every folder was looked at in this round, and all that is new there was taken.
    bool looked_everywhere() const;
    /// Missing there, and it did not turn up elsewhere since that is known. Else the next round looks for it.
    bool is_gone_for_good(ReceiptIndex index) const;
    /// Missing where the user has taken it away from, too.
    bool may_have_moved(ReceiptIndex index, const Work& from) const;
    void look_again(ReceiptIndex index, Work* work);
    /// A message here that may turn up elsewhere there: nothing of it goes up yet.
    bool may_turn_up(MessageId message) const;
    Task<Outcome<void>> join_moved();
    Task<Outcome<bool>> join(ReceiptIndex gone, ReceiptIndex twin);
    std::vector<ReceiptIndex> twins_of(ReceiptIndex gone) const;
    bool waits_here(MessageId message) const;
    // folder_collect.cpp
    Task<Outcome<void>> recognise(Work* work, std::vector<Wanted>* wanted);
    Task<Outcome<bool>> place_known(Work* work, Wanted wanted, ReceiptIndex known);
    Task<Outcome<bool>> place_moved(Work* work, Work* from, RemoteItem item, store::ReceiptWrite write);
    Task<Outcome<void>> fetch_all(Work* work, std::vector<Wanted> wanted);
    Task<Outcome<void>> find_waiting(Work* work);
    /// Whether the provider has the message, as far as is known; `only`: in that folder.
    bool is_there(MessageId message, const Work* only) const;
    Task<Outcome<bool>> bind_upload(Work* work, Wanted wanted, std::shared_ptr<const std::string> content);
    Task<Outcome<bool>> moved_here(Work* from, MessageId message);
    static FlagState flags_of(const RemoteItem& item);
    static mail::Slot bound_slot(const Work& work, MessageId message);
    FlagState merged_where_it_was(const Work& from, MessageId message, const FlagState& there) const;
    Task<Outcome<void>> flush(Work* work, Batch batch);
    Task<Outcome<void>> note_failure(Wanted wanted, Fault fault);
    void add_to_batch(Batch& batch, const RemoteItem& item, store::Receipt receipt,
                      std::shared_ptr<const std::string> content) const;
    bool budget_spent() const;

    // folder_flags.cpp
    struct FlagPush {
        Uid uid = 0;
        FlagState merged;
        Action action;
    };
    Task<Outcome<void>> merge_folder(Work* work);
    Task<Outcome<void>> store_here(Work* work, std::map<FlagChange, std::vector<mail::Slot>> changes);
    Task<Outcome<void>> push_flags(Work* work, std::vector<FlagPush> pushes);
    std::unordered_map<Uid, FlagState> flags_there(const Work& work) const;

    // folder_push.cpp
    struct Upload {
        Work* work = nullptr;
        Uid uid = 0;
        MessageId message{};
        std::uint32_t size = 0;
        UnixTime date = 0;  ///< internal date
        FlagState flags;
        std::string fingerprint;  ///< of the header, of what was appended
        std::optional<ReceiptIndex> moved_from;
        std::optional<ReceiptIndex> copied_from;
    };
    Task<Outcome<void>> push_local();
    std::vector<Upload> find_uploads(Work* work);
    Task<Outcome<void>> transfer(std::vector<Upload> uploads);
    Task<Outcome<void>> append(Upload upload);
    Task<Outcome<void>> note_uploaded(std::vector<Upload> uploads, std::vector<std::string> new_ids);
    void find_origin(Upload& upload, std::set<ReceiptIndex>& used) const;
    Task<Outcome<std::shared_ptr<const std::string>>> content_of(MessageId message);
    /// What was removed here: it did not move, and was not taken elsewhere by an upload.
    std::vector<ReceiptIndex> find_removals(const std::set<ReceiptIndex>& used) const;
    Task<Outcome<void>> remove_there();
    Task<Outcome<void>> remove_from(Work* work, std::vector<ReceiptIndex> wanted);
    /// Those whose header is what it was when they came.
    Task<Outcome<std::vector<ReceiptIndex>>> verified(Work* work, std::vector<ReceiptIndex> wanted);
    static void forget_dead(Work& work);
    bool lives_in(const Work& work, MessageId message) const;
    std::optional<RemoteRef> ref_of(const Work& work, const store::Receipt& receipt);

    // folder_vanish.cpp
    Task<Outcome<void>> apply_vanished();
    Task<Outcome<void>> expunge_here(Work* work, std::vector<ReceiptIndex> vanished);
    bool is_there_under_another_id(const Work& work, MessageId message) const;
    Task<Outcome<void>> drop_gone_folders();

    Context context_;
    std::shared_ptr<PatientSession> remote_;
    SessionReport report_;
    std::map<std::string, RemoteFolder> tree_;
    std::vector<std::unique_ptr<Work>> works_;
    std::uint32_t last_key_ = 0;
    bool receipts_loaded_ = false;
    std::vector<store::Receipt> receipts_;
    std::unordered_map<std::string, ReceiptIndex> by_uidl_;
    std::unordered_multimap<std::uint64_t, ReceiptIndex> by_message_;
    std::set<ReceiptIndex> not_taken_;  ///< moved here, not moved there yet: not to be removed
    std::vector<ReceiptIndex>
        removals_;                  ///< of messages the user removed, as of when uploads were looked for
    std::vector<Waiting> waiting_;  ///< what may come as new because an answer was lost
    std::map<ReceiptIndex, Work*> missing_;  ///< stored, and not there any more
    std::set<ReceiptIndex> looked_for_;  ///< in earlier rounds of this session: missing there, and moved here
    std::set<ReceiptIndex> looked_for_now_;  ///< in this round
    std::uint64_t session_id_ = 0;           ///< marks what this session does here
    bool news_here_ = false;                 ///< somebody else changed something here since the round began
    bool again_ = false;                     ///< what this round did lets the next do more
    bool tree_listed_ = false;               ///< in this session
    bool brakes_released_ = false;
    bool store_failed_ = false;
    UnixTime started_at_ = 0;
    UnixTime round_at_ = 0;
    std::uint64_t fetched_octets_ = 0;
};

}  // namespace postern::gateway
