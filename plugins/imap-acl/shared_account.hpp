#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "postern/mail/account.hpp"
#include "rights.hpp"

namespace postern::imap {

/// Where other users' mailboxes are: "user/LOGIN/mailbox".
constexpr std::string_view other_users_prefix = "user/";
/// The resident attribute of an account that says who has shared something with it: lines "id login". A hint where to look;
/// what there is to see the other account's lists say.
constexpr std::string_view shared_entry = ".shared";
/// Accounts that may share something with one user.
constexpr std::size_t max_sharers = 200;

/// The user's account with what others share with him. Mailboxes have their owner's ids, which are unique; a mailbox that the
/// user may not know of is not there. On the core of the user's account: the others are open there, too
/// (MailService::open_here).
class SharedAccount final : public mail::Account, public std::enable_shared_from_this<SharedAccount> {
public:
    SharedAccount(std::shared_ptr<mail::Account> own, mail::MailService& mail, Runtime& runtime);
    ~SharedAccount() override;

    /// Opens the accounts that share something, and goes on doing so when others begin to.
    Task<void> attach();
    /// Whose mailbox it is, and its name there; null if the user does not know of it.
    struct Place {
        mail::Account* account = nullptr;
        const mail::MailboxInfo* info = nullptr;  ///< with the owner's name for it
    };
    Place place_of(MailboxId mailbox) const;
    Rights rights(MailboxId mailbox) const;
    mail::Account& own() const { return *own_; }

    AccountId id() const override { return own_->id(); }
    const std::string& login() const override { return own_->login(); }
    Modseq change_seq() const override { return own_->change_seq(); }
    std::uint64_t used_bytes() const override { return own_->used_bytes(); }
    std::uint64_t used_count() const override { return own_->used_count(); }
    const std::vector<mail::MailboxInfo>& mailboxes() const override;
    const mail::MailboxInfo* find_mailbox(std::string_view name) const override;
    const mail::MailboxInfo* find_mailbox(MailboxId id) const override;
    const std::vector<std::string>& subscriptions() const override { return own_->subscriptions(); }

    Task<Result<MailboxId>> create_mailbox(std::string name, CreateOptions options) override;
    Task<Result<void>> rename_mailbox(std::string from, std::string to, mail::Cause cause) override;
    Task<Result<void>> delete_mailbox(std::string name, mail::Cause cause) override;
    Task<Result<void>> set_subscribed(std::string name, bool subscribed, mail::Cause cause) override;
    Task<Result<void>> set_special_use(MailboxId mailbox, std::vector<std::string> uses,
                                       mail::Cause cause) override;
    Task<Result<std::shared_ptr<mail::Mailbox>>> open_mailbox(MailboxId mailbox) override;
    Task<Result<mail::DeliveryResult>> deliver(mail::DeliveryRequest request) override;
    Task<Result<std::vector<mail::StoredMessagePtr>>> load_messages(std::vector<MessageId> ids) override;
    mail::StoredMessagePtr cached_message(MessageId id) const override;
    Task<Result<std::string>> read_content(mail::StoredMessagePtr message, std::uint64_t offset,
                                           std::uint64_t length) override;
    Task<void> prefetch_content(std::vector<mail::StoredMessagePtr> messages) override;
    Task<std::vector<mail::TextCandidatesPtr>> find_text(std::vector<std::string> texts) override;
    Task<Result<std::vector<store::Attribute>>> read_attributes(std::optional<MailboxId> mailbox,
                                                                std::string entry_prefix) override;
    Task<Result<void>> write_attributes(std::vector<store::AttributeWrite> writes,
                                        mail::Cause cause) override;
    const std::string* find_attribute(MailboxId mailbox, std::string_view entry) const override;
    Task<Result<void>> write_receipts(std::vector<store::ReceiptWrite> receipts,
                                      std::optional<store::Fence> fence) override;
    Task<Result<std::vector<store::Receipt>>> read_receipts(SourceId source,
                                                            store::ReceiptStates states) override;
    Task<Result<std::vector<store::MessageRow>>> list_recoverable(std::size_t limit) override;
    std::unique_ptr<mail::Subscription> watch(
        std::function<void(const mail::AccountEvent&)> observer) override;
    std::size_t session_count() const override { return own_->session_count(); }
    std::size_t idle_session_count() const override { return own_->idle_session_count(); }
    std::unique_ptr<Presence> enter(std::string protocol) override {
        return own_->enter(std::move(protocol));
    }

private:
    class Watch;
    using Names = std::map<MailboxId, std::string>;
    /// An account that shares something.
    struct Guest {
        std::shared_ptr<mail::Account> account;
        std::string prefix;  ///< "user/ben/"
        std::unique_ptr<mail::Subscription> watch;
        Names listed;  ///< what the user knows of
    };
    /// Own and others' mailboxes at one moment.
    struct Merged {
        std::vector<Modseq> made_at;  ///< change_seq of each account
        std::vector<mail::MailboxInfo> listed;
        std::vector<mail::MailboxInfo> unlisted;  ///< usable, but not to be looked up
        std::map<MailboxId, std::size_t> guest_of;
    };

    const Merged& merged() const;
    const Guest* guest_with(std::string_view name) const;
    mail::Account& account_of(MailboxId mailbox) const;
    /// Another user's private entry, as it is stored in the owner's account.
    std::string private_prefix() const { return "/of/" + own_->login(); }
    std::string stored_entry(const mail::Account& account, const std::string& entry) const;
    void tell(const mail::AccountEvent& event);
    void tell_of_guest(Guest& guest, mail::AccountEvent event);
    /// Mailboxes whose lists say something else than before: for a user they come and go with the right to look them up.
    void tell_of_rights(Guest& guest, mail::AccountEvent event);
    Names listed_of(const Guest& guest) const;
    Task<Result<mail::DeliveryResult>> replace_elsewhere(mail::Account* account,
                                                         mail::DeliveryRequest request);
    Task<Result<std::vector<store::Attribute>>> read_guest_attributes(std::shared_ptr<mail::Account> account,
                                                                      std::optional<MailboxId> mailbox,
                                                                      std::string entry_prefix);
    static Task<void> attach_later(std::shared_ptr<SharedAccount> self);

    std::shared_ptr<mail::Account> own_;
    mail::MailService& mail_;
    Runtime& runtime_;
    std::vector<std::unique_ptr<Guest>> guests_;
    mutable Merged merged_;
    mutable mail::Account* last_read_ = nullptr;  ///< where messages were found last
    std::unique_ptr<mail::Subscription> own_watch_;
    std::vector<Watch*> observers_;
    unsigned telling_ = 0;
    bool attaching_ = false;
    bool attach_again_ = false;
};

/// Lines "id login".
std::map<std::string, AccountId> parse_sharers(std::string_view text);
std::string sharers_text(const std::map<std::string, AccountId>& sharers);

}  // namespace postern::imap
