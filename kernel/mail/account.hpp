#pragma once
// An open account on its core: mailbox table, log position, open mailboxes, writes (account.hpp of the SDK).
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <unordered_map>

#include "kernel/mail/account_writer.hpp"
#include "kernel/mail/attribute_table.hpp"
#include "kernel/mail/core_context.hpp"
#include "kernel/mail/mailbox.hpp"
#include "kernel/mail/mailbox_table.hpp"
#include "kernel/search/search_index.hpp"
#include "postern/mail/account.hpp"

namespace postern::mail {

/// What an account is made of when it is opened, read in one job.
struct AccountLoad {
    store::AccountView view;
    std::vector<store::Attribute> resident;
};
Result<AccountLoad> load_account(store::StoreSession& session, AccountId account);

/// The new value of an attribute from the present one (null: there is none); nothing removes it. Called again after a conflict.
using AttributeEdit = std::function<Result<std::optional<std::string>>(const std::string* present)>;

/// Owned by the service and by its holders. Outlives its mailboxes' holders: the service keeps it while any is used.
class AccountImpl final : public Account, public LogReader, public std::enable_shared_from_this<AccountImpl> {
public:
    AccountImpl(CoreContext& core, const AccountLoad& load);
    ~AccountImpl() override;

    AccountId id() const override { return id_; }
    const std::string& login() const override { return login_; }
    Modseq change_seq() const override { return change_seq_; }
    std::uint64_t used_bytes() const override { return table_.used_bytes(); }
    std::uint64_t used_count() const override { return table_.used_count(); }
    const std::vector<MailboxInfo>& mailboxes() const override { return table_.all(); }
    const MailboxInfo* find_mailbox(std::string_view name) const override;
    const MailboxInfo* find_mailbox(MailboxId id) const override { return table_.find(id); }
    const std::vector<std::string>& subscriptions() const override { return table_.subscriptions(); }

    Task<Result<MailboxId>> create_mailbox(std::string name, CreateOptions options) override;
    Task<Result<void>> rename_mailbox(std::string from, std::string to, Cause cause) override;
    Task<Result<void>> delete_mailbox(std::string name, Cause cause) override;
    Task<Result<void>> set_subscribed(std::string name, bool subscribed, Cause cause) override;
    Task<Result<void>> set_special_use(MailboxId mailbox, std::vector<std::string> uses,
                                       Cause cause) override;
    Task<Result<std::shared_ptr<Mailbox>>> open_mailbox(MailboxId mailbox) override;
    Task<Result<DeliveryResult>> deliver(DeliveryRequest request) override;
    /// As GroupedDelivery.
    Task<Result<std::vector<DeliveryResult>>> deliver_together(std::vector<DeliveryRequest> requests);
    Task<Result<std::vector<StoredMessagePtr>>> load_messages(std::vector<MessageId> ids) override;
    StoredMessagePtr cached_message(MessageId id) const override;
    Task<Result<std::string>> read_content(StoredMessagePtr message, std::uint64_t offset,
                                           std::uint64_t length) override;
    Task<void> prefetch_content(std::vector<StoredMessagePtr> messages) override;
    Task<std::vector<TextCandidatesPtr>> find_text(std::vector<std::string> texts) override;
    Task<Result<std::vector<store::Attribute>>> read_attributes(std::optional<MailboxId> mailbox,
                                                                std::string entry_prefix) override;
    Task<Result<void>> write_attributes(std::vector<store::AttributeWrite> writes, Cause cause) override;
    const std::string* find_attribute(MailboxId mailbox, std::string_view entry) const override {
        return attributes_.find(mailbox, entry);
    }
    Task<Result<void>> write_receipts(std::vector<store::ReceiptWrite> receipts,
                                      std::optional<store::Fence> fence) override;
    Task<Result<std::vector<store::Receipt>>> read_receipts(SourceId source,
                                                            store::ReceiptStates states) override;
    Task<Result<std::vector<store::MessageRow>>> list_recoverable(std::size_t limit) override;
    std::unique_ptr<Subscription> watch(std::function<void(const AccountEvent&)> observer) override;
    std::size_t session_count() const override { return sessions_; }
    std::size_t idle_session_count() const override { return idle_sessions_; }
    std::unique_ptr<Presence> enter(std::string protocol) override;

    // LogReader.
    void apply(const store::ChangeRow& row, const Origin& origin) override;
    Task<Result<void>> reload() override;
    void rows_applied() override;

    /// Writes a resident attribute of the account as it is when the write's turn comes, whichever node wrote it last. Errors are
    /// those of `edit`, and of write_attributes().
    Task<Result<void>> edit_attribute(std::string entry, AttributeEdit edit);

    // For the mailboxes.
    WriteRequestPtr new_write(const Cause& cause) const;
    Task<Result<store::CommitResult>> write(WriteRequestPtr request);
    Result<void> ask_guards(const GuardedOperation& operation) const;
    /// Messages and octets of deliveries that were let through and are not written yet.
    std::pair<std::uint64_t, std::uint64_t> pending() const { return {pending_messages_, pending_bytes_}; }
    const MailOptions& options() const { return core_.options; }
    UnixTime now() const { return core_.now(); }

    // For the service.
    Task<Result<void>> refresh();
    void look(Modseq modseq);
    /// Makes INBOX and the usual others if they are missing.
    Task<Result<void>> make_default_mailboxes();
    /// Closes mailboxes that nobody has used for a while; writes what they have not written.
    void sweep(std::chrono::steady_clock::time_point now);
    /// Whether somebody else holds one of its mailboxes.
    bool mailboxes_in_use() const;
    std::size_t open_mailbox_count() const { return hubs_.size(); }

private:
    class Watch;
    class PresenceImpl;
    struct Hub {
        std::shared_ptr<MailboxImpl> mailbox;
        std::chrono::steady_clock::time_point last_used;
    };
    /// Rows that come while a mailbox is being loaded.
    struct Opening {
        MailboxId mailbox;
        std::vector<store::ChangeRow> rows;
        Modseq least = 0;  ///< the account was read anew at this modseq: an older state misses rows
    };
    struct Loaded {
        MailboxState state;
        Modseq change_seq = 0;
        std::size_t tail = 0;
    };

    MailboxId next_to_reload(const MailboxTable& table,
                             const std::unordered_map<std::uint64_t, Loaded>& states) const;
    void replace_all(const MailboxTable& table, Modseq change_seq, AttributeTable attributes,
                     std::unordered_map<std::uint64_t, Loaded> states);
    void apply_to_mailbox(const Change& change, const store::ChangeRow& row, const Origin& origin,
                          MailboxInfo last);
    std::shared_ptr<MailboxImpl> open_hub(MailboxId id);
    Task<Result<std::shared_ptr<MailboxImpl>>> open_mailbox_impl(MailboxId mailbox);
    Task<Result<Loaded>> load_state(MailboxId mailbox);
    Result<std::shared_ptr<MailboxImpl>> make_hub(MailboxId id, Loaded loaded, const Opening& opening);
    Task<void> renew_snapshot(std::shared_ptr<MailboxImpl> mailbox, std::shared_ptr<AccountImpl> self);
    void renew_snapshots();
    Task<void> shorten_tail(MailboxId mailbox, std::shared_ptr<AccountImpl> self);
    void save_recent(MailboxImpl& mailbox);
    Task<void> write_quietly(WriteRequestPtr request, std::shared_ptr<AccountImpl> self);

    void tell_observers(const Change& change, const store::ChangeRow& row, const Origin& origin,
                        const std::string& name_before);
    void tell(const AccountEvent& event);
    std::vector<Uid> uids_of(const Change& change, const store::ChangeRow& row) const;

    // account_tree.cpp
    Result<bool> prepare_create(const std::string& name, const CreateOptions& options, MailboxId& created,
                                store::Transaction& transaction) const;
    Result<bool> prepare_rename(const std::string& from, const std::string& to, const Cause& cause,
                                store::Transaction& transaction) const;
    Result<bool> prepare_rename_inbox(MailboxImpl& inbox, const std::string& to, const Cause& cause,
                                      store::Transaction& transaction) const;
    Result<bool> prepare_delete(MailboxImpl& mailbox, const Cause& cause,
                                store::Transaction& transaction) const;
    Result<void> check_new_name(const std::string& name) const;

    // delivery.cpp
    struct Prepared;
    Task<Result<std::shared_ptr<Prepared>>> prepare_delivery(
        std::shared_ptr<std::vector<DeliveryRequest>> requests);
    Task<Result<void>> find_existing(std::shared_ptr<std::vector<DeliveryRequest>> requests,
                                     std::shared_ptr<Prepared> prepared);
    class Pending;
    GuardedOperation guarded_delivery(const DeliveryRequest& request, const MailboxInfo& mailbox) const;
    /// Asks the guards and takes flags away that may not be set; whether the guards are to be asked again when it is written.
    Result<bool> admit(DeliveryRequest& request, GuardedOperation& operation) const;
    WriteRequestPtr delivery_write(std::vector<DeliveryRequest>& requests, Prepared& prepared) const;
    /// Makes the write depend on the account's state: it expunges what a delivery replaces and asks the guards again.
    void make_dependent(WriteRequest& write,
                        std::shared_ptr<const std::vector<DeliveryRequest>> requests) const;
    Result<void> ask_again(const std::vector<DeliveryRequest>& requests) const;
    static Result<bool> remove_replaced(const DeliveryRequest& request, store::Transaction& transaction);
    void cache_delivered(Prepared& prepared);

    // account_details.cpp
    Result<void> admit_attributes(const std::vector<store::AttributeWrite>& writes,
                                  const std::vector<store::Attribute>& stored, const Cause& cause) const;

    // content.cpp
    Task<Result<ChunkPtr>> load_chunk(ContentHash content, std::size_t chunk);
    StoredMessagePtr keep_message(store::MessageRow row);

    CoreContext& core_;
    AccountId id_;
    std::string login_;
    Modseq change_seq_;
    MailboxTable table_;
    AttributeTable attributes_;
    AccountWriter writer_;
    search::SearchIndex index_;
    const bool at_home_;  // on the account's own core, which renews the index
    std::unordered_map<std::uint64_t, Hub> hubs_;
    std::vector<Opening*> openings_;
    std::unordered_map<std::uint64_t, std::size_t>
        unopened_rows_;  // by mailbox: log rows since it was closed
    std::vector<Watch*> observers_;
    unsigned telling_ = 0;
    std::size_t sessions_ = 0;
    std::size_t idle_sessions_ = 0;
    std::uint64_t pending_messages_ = 0;  // of deliveries let through that are not written yet
    std::uint64_t pending_bytes_ = 0;
};

}  // namespace postern::mail
