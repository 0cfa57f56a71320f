#pragma once
// Audits what happens between a provider and a store against the invariants I1 to I13 of the gateway: at each commit, at
// each deletion that arrives, and whenever it is told to look.
#include <map>
#include <set>
#include <string>
#include <vector>

#include "postern/mail/account.hpp"
#include "tests/gateway/support/fake_provider.hpp"

namespace postern::gateway::test {

class Ledger {
public:
    explicit Ledger(const FakeProvider& provider) : provider_(provider) {}

    /// A transaction is on disk (I2, I5, I10, I13).
    void committed(const store::Transaction& transaction, const store::CommitResult& result);
    /// DELE reached the provider (I3, I4).
    void delete_arrived(const FakeProvider::Message& message);
    /// QUIT reached the provider (I4).
    void session_confirmed(const std::vector<std::uint64_t>& fetched);
    /// What clients see of a mailbox (I6, I7, I9). Between two calls it may have changed in any way that is allowed.
    void look_at(const mail::MailboxInfo& info, const mail::Mailbox& mailbox);
    void look_at_deleted(MailboxId mailbox) { boxes_.erase(value_of(mailbox)); }
    /// I1, with what lives and what can be recovered.
    void look_for_losses(const std::set<MessageId>& living, const std::vector<MessageId>& recoverable) const;

    std::size_t receipt_writes() const { return receipt_writes_; }
    const ContentHash* content_of(MessageId message) const;
    bool deleted_by_user(MessageId message) const { return user_deleted_.contains(value_of(message)); }
    bool is_local(MessageId message) const { return local_.contains(value_of(message)); }

private:
    using ReceiptKey = std::tuple<std::uint32_t, std::string, std::uint32_t>;
    struct Seen {
        std::uint64_t message = 0;
        UnixTime date = 0;
        std::uint32_t size = 0;
        bool operator==(const Seen&) const = default;
    };
    struct Box {
        std::uint32_t uidvalidity = 0;
        Uid last_uid = 0;
        Modseq modseq = 0;
        std::map<Uid, Seen> ever;
        std::set<Uid> living;
    };

    void note_receipts(const store::Transaction& transaction);
    void note_messages(const store::Transaction& transaction);
    void note_references(const store::Transaction& transaction, const store::CommitResult& result);
    void expect_absent(const store::Receipt& receipt) const;
    /// Serials of the messages with these octets.
    std::vector<std::uint64_t> served_with(const ContentHash& content) const;

    const FakeProvider& provider_;
    std::map<ReceiptKey, store::Receipt> receipts_;
    std::map<std::uint64_t, ContentHash> contents_;
    std::map<ContentHash, std::uint64_t> sizes_;
    std::map<ContentHash, std::size_t> collected_;
    std::set<std::uint64_t> local_;         ///< messages that never were at the provider
    std::set<std::uint64_t> user_deleted_;  ///< last copy expunged by the user, and not taken back
    std::map<std::uint64_t, Box> boxes_;
    std::size_t receipt_writes_ = 0;
    /// What the provider ever served, hashed once.
    mutable std::map<ContentHash, std::vector<std::uint64_t>> serials_;
    mutable std::uint64_t last_hashed_ = 0;
};

}  // namespace postern::gateway::test
