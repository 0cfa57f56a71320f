#pragma once
// Locks of accounts as resident attributes: the account's log decides who was first, and every node reads it.
#include "postern/mail/account_lock.hpp"

namespace postern::mail {

class AccountLocksImpl final : public AccountLocks {
public:
    /// Whether several processes use the store. `service` outlives it, and its accounts are those that are locked.
    AccountLocksImpl(MailService& service, bool shared) : service_(service), shared_(shared) {}

    bool needed() const override { return shared_; }
    Task<Result<void>> take(std::shared_ptr<Account> account, std::string name, std::string holder,
                            std::chrono::seconds time) override;
    Task<Result<void>> release(std::shared_ptr<Account> account, std::string name,
                               std::string holder) override;

private:
    MailService& service_;
    bool shared_;
};

}  // namespace postern::mail
