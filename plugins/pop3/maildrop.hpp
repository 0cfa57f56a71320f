#pragma once
// The maildrop of one session: INBOX as it was when the session began (RFC 1939 section 3). What others do to it meanwhile does
// not show.
#include <memory>
#include <string>
#include <vector>

#include "postern/auth/auth.hpp"
#include "postern/mail/account.hpp"

namespace postern::pop3 {

struct Item {
    Uid uid = 0;
    MessageId message{};
    std::uint32_t size = 0;
    bool deleted = false;
    bool retrieved = false;  ///< and was not seen
    bool seen = false;
};

class Maildrop {
public:
    /// On the account's core.
    static Task<Result<std::unique_ptr<Maildrop>>> open(mail::MailService* mail, Identity identity,
                                                        std::uint64_t session);

    std::vector<Item>& items() { return items_; }
    /// Of those that are not deleted.
    std::uint64_t count() const;
    std::uint64_t octets() const;

    /// The message of items()[index]. Loads those that follow along with it.
    Task<Result<mail::StoredMessagePtr>> message(std::size_t index);
    /// As Account::read_content().
    Task<Result<std::string>> read(mail::StoredMessagePtr message, std::uint64_t offset,
                                   std::uint64_t length);

    /// Unique ids in step with items(). Of a gateway account the provider's where it has a valid one; what was given once is
    /// stored, and stays. A few store calls, however many messages there are.
    Task<Result<std::vector<std::string>>> unique_ids();

    /// Sets \Seen on what was retrieved.
    Task<Result<void>> mark_seen();
    /// Removes what is deleted, in one transaction.
    Task<Result<void>> remove_deleted();

private:
    Task<Result<void>> read_provider_ids(std::vector<std::string>* ids,
                                         std::vector<store::SourceRow> sources);
    mail::Cause cause(std::string command) const;

    mail::MailService* mail_ = nullptr;
    Identity identity_;
    std::uint64_t session_ = 0;
    std::shared_ptr<mail::Account> account_;
    std::shared_ptr<mail::Mailbox> mailbox_;
    std::unique_ptr<mail::Account::Presence> presence_;
    std::vector<Item> items_;
    std::vector<mail::StoredMessagePtr> loaded_;  ///< in step with items_ from first_loaded_ on
    std::size_t first_loaded_ = 0;
    std::size_t prefetched_ = 0;  ///< items before it are on their way
};

}  // namespace postern::pop3
