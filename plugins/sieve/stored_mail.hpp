#pragma once
// Runs scripts over mail that is in a mailbox already, and does what they say.
#include "interpreter.hpp"
#include "postern/mail/delivery.hpp"
#include "postern/mail/grouped_delivery.hpp"
#include "postern/runtime/log.hpp"
#include "postern/sieve/stored_mail.hpp"

namespace postern::sieve {

/// What it takes to do something with stored mail. All outlive it.
struct StoredServices {
    mail::MailService* mail = nullptr;
    mail::GroupedDelivery* deliveries = nullptr;
    mail::MailRelay* relay = nullptr;  ///< null: nothing can be sent
    Logger* log = nullptr;
};

class StoredMailRunner final : public StoredMail {
public:
    explicit StoredMailRunner(const Engine& engine) : engine_(engine) {}
    /// Before the first use.
    void set_services(const StoredServices& services) { services_ = services; }
    /// Of the addresses of logins that are none.
    void set_domain(std::string domain) { domain_ = std::move(domain); }

    Task<Result<std::vector<StoredResult>>> apply(StoredRequest request) override;

private:
    const Engine& engine_;
    StoredServices services_;
    std::string domain_;
};

}  // namespace postern::sieve
