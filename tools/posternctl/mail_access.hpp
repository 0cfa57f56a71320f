#pragma once
// Accounts as the server's own mail service opens them: for commands that read and write whole mail.
#include "kernel/mail/service.hpp"
#include "tools/posternctl/store_access.hpp"

namespace posternctl {

/// The service over a store, and one account. No guards: quota and rights bind users, not the operator.
class MailAccess {
public:
    /// Starts the runtime of `access`, which outlives this.
    explicit MailAccess(StoreAccess& access);
    ~MailAccess();
    MailAccess(const MailAccess&) = delete;
    MailAccess& operator=(const MailAccess&) = delete;

    /// Before run(). Errors as MailService::open().
    postern::Result<void> open(postern::AccountId account);
    const std::shared_ptr<postern::mail::Account>& account() const { return account_; }
    postern::mail::MailServiceImpl& service() { return *service_; }
    postern::Runtime& runtime() { return *facade_; }

    /// Runs a task on the account's core and waits for it.
    template <class T>
    T run(postern::Task<T> task) {
        return postern::runtime::run_and_wait(home_, std::move(task));
    }

private:
    postern::runtime::KernelRuntime& runtime_;
    std::unique_ptr<postern::Runtime> facade_;
    std::unique_ptr<postern::mail::MailServiceImpl> service_;
    postern::Executor home_;
    std::shared_ptr<postern::mail::Account> account_;
};

}  // namespace posternctl
