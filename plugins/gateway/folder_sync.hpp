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
        Work* work = nullptr;  ///< null: in a mailbox that is no folder there yet
        Uid uid = 0;
        MessageId message{};
        std::uint64_t size = 0;
    };
    /// Where a message lies here; null: in a mailbox that takes no part in this round.
    struct Place {
        Work* work = nullptr;
        MailboxId mailbox{};
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
    /// It did not turn up in a round since it was missed. Else the next round looks for it.
    bool was_looked_for(MessageId message) const;
    void ask_again(MessageId message);
    /// And what is known of the folder, and of those where it is missing, stays as it was.
    void look_again(MessageId message, Work* work);
    bool may_have_moved(ReceiptIndex index, const Work& from) const;
    Task<Outcome<void>> join_moved();
    Task<Outcome<bool>> join(MessageId message, ReceiptIndex twin);
    bool is_about_to_go(MessageId message) const;
    std::set<std::uint64_t> lost_there() const;
    std::unordered_multimap<std::string, ReceiptIndex> fresh_by_header() const;
    std::optional<std::pair<std::shared_ptr<mail::Mailbox>, mail::Slot>> only_place(MessageId message) const;
    // folder_collect.cpp
    Task<Outcome<void>> recognise(Work* work, std::vector<Wanted>* wanted);
    Task<Outcome<bool>> place_known(Work* work, Wanted wanted, ReceiptIndex known);
    Task<Outcome<bool>> place_moved(Work* work, Work* from, RemoteItem item, store::ReceiptWrite write);
    Task<Outcome<void>> fetch_all(Work* work, std::vector<Wanted> wanted);
    Task<Outcome<void>> find_waiting(Work* work);
    void note_waiting(const mail::Mailbox& mailbox, Work* work, bool also_copies);
    Task<Outcome<bool>> bind_upload(Work* work, Wanted wanted, std::shared_ptr<const std::string> content);
    /// A missing receipt's message is still in its mailbox.
    Task<Outcome<bool>> lives_where_it_was(ReceiptIndex index);
    Task<Outcome<bool>> moved_here(ReceiptIndex known);
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
    /// What goes up in this round.
    struct Plan {
        std::vector<Upload> transfers;
        std::vector<Upload> appends;
        std::set<ReceiptIndex> used;                       ///< by moves
        std::set<std::pair<std::uint64_t, Work*>> served;  ///< messages, and where they go
    };
    Task<Outcome<void>> push_local();
    Plan plan_uploads();
    std::vector<Upload> find_uploads(Work* work);
    Task<Outcome<void>> transfer(std::vector<Upload> uploads);
    Task<Outcome<void>> append(Upload upload);
    Task<Outcome<void>> note_uploaded(std::vector<Upload> uploads, std::vector<std::string> new_ids);
    Task<Outcome<std::shared_ptr<const std::string>>> content_of(MessageId message);
    bool lives_in(const Work& work, MessageId message) const;
    std::optional<RemoteRef> ref_of(const Work& work, const store::Receipt& receipt);

    // folder_balance.cpp
    static bool takes_part(const Work& work);
    static bool may_take(const Work& work);
    Task<Outcome<void>> open_all();
    Task<Outcome<void>> open_elsewhere();
    void note_places();
    std::vector<ReceiptIndex> receipts_of(MessageId message) const;
    /// Its message is at the provider, as far as is known.
    bool is_open(ReceiptIndex index) const;
    /// Whether the provider has the message, as far as is known; `only`: in that folder.
    bool is_there(MessageId message, const Work* only) const;
    bool has_spare(const Work& work, MessageId message, const std::set<ReceiptIndex>& used) const;
    bool has_spare_anywhere(MessageId message) const;
    bool belongs_there(const Work& work, MessageId message) const;
    void find_origin(Upload& upload, std::set<ReceiptIndex>& used) const;
    bool waits_to_go_up(MessageId message, const Plan& plan) const;
    bool was_put_elsewhere(MessageId message) const;
    bool may_be_copied(MessageId message) const;
    bool may_go_up_whole(MessageId message) const;
    /// What was removed here: it did not move, and does not wait elsewhere to go up.
    std::vector<ReceiptIndex> find_removals(const Plan& plan);

    // folder_remove.cpp
    Task<Outcome<void>> remove_there();
    Task<Outcome<void>> remove_from(Work* work, std::vector<ReceiptIndex> wanted);
    /// Those whose header is what it was when they came.
    Task<Outcome<std::vector<ReceiptIndex>>> verified(Work* work, std::vector<ReceiptIndex> wanted);
    static void forget_dead(Work& work);

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
    std::map<ReceiptIndex, Work*> missing_;    ///< stored, and not there any more
    std::set<std::uint64_t> looked_for_;       ///< messages that earlier rounds of this session missed there
    std::set<std::uint64_t> looked_for_now_;   ///< that this round missed
    std::set<std::uint64_t> sent_without_id_;  ///< messages that this session sent up, and must find there
    std::vector<std::shared_ptr<mail::Mailbox>>
        elsewhere_;  ///< mailboxes with mail that take no part in this round
    std::unordered_multimap<std::uint64_t, Place>
        places_;                    ///< of messages, as of when uploads were looked for
    std::uint64_t session_id_ = 0;  ///< marks what this session does here
    bool news_here_ = false;        ///< somebody else changed something here since the round began
    bool again_ = false;            ///< what this round did lets the next do more
    bool tree_listed_ = false;      ///< in this session
    bool brakes_released_ = false;
    bool store_failed_ = false;
    UnixTime started_at_ = 0;
    UnixTime round_at_ = 0;
    std::uint64_t fetched_octets_ = 0;
};

}  // namespace postern::gateway
