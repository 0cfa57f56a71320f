#pragma once
// The mailboxes and subscriptions of an account in memory, kept current by its log.
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "kernel/mail/change_record.hpp"
#include "postern/mail/types.hpp"
#include "postern/store/store.hpp"

namespace postern::mail {

class MailboxTable {
public:
    explicit MailboxTable(const store::AccountView& view);

    const std::vector<MailboxInfo>& all() const { return mailboxes_; }  ///< by name, octets
    const std::vector<std::string>& subscriptions() const { return subscriptions_; }
    /// `name` as canonical_name() gives it.
    const MailboxInfo* find(std::string_view name) const;
    const MailboxInfo* find(MailboxId id) const;
    bool has_children(std::string_view name) const;
    /// The mailbox itself and everything below it, by name.
    std::vector<const MailboxInfo*> subtree(std::string_view name) const;
    bool subscribed(std::string_view name) const;
    std::uint64_t used_bytes() const { return used_bytes_; }
    std::uint64_t used_count() const { return used_count_; }
    /// `count` values from here on were never given in this account: the time, as other servers use, or more.
    std::uint32_t next_uidvalidity(UnixTime now) const;

    /// Applies one log row.
    void apply(const Change& change, MailboxId mailbox, Modseq modseq, Uid first_uid);

private:
    MailboxInfo* entry(MailboxId id);
    void create(const Change& change, MailboxId id, Modseq modseq);
    void rename(const Change& change, MailboxId id);
    void remove(MailboxId id);
    void subscribe(const std::string& name, bool subscribed);
    void add_counters(MailboxInfo& info, const store::CounterDelta& delta);
    void sort();

    std::vector<MailboxInfo> mailboxes_;
    std::unordered_map<std::uint64_t, std::size_t> index_;
    std::vector<std::string> subscriptions_;
    std::uint32_t highest_uidvalidity_ = 0;
    std::uint64_t used_bytes_ = 0;
    std::uint64_t used_count_ = 0;
};

/// "inbox" in any case, also as the first level, is INBOX (RFC 3501 section 5.1). Everything else stays as it is.
std::string canonical_name(std::string_view name);
/// invalid for names that are empty, too long or deep, not UTF-8, or have control characters or empty levels.
Result<void> check_name(std::string_view name);
/// "\\Sent \\Junk" to its tokens.
std::vector<std::string> split_uses(std::string_view uses);
std::string join_uses(const std::vector<std::string>& uses);

}  // namespace postern::mail
