#pragma once
// The delivery service: account, filters, store.
#include <memory>
#include <string>
#include <vector>

#include "delivery/recipients.hpp"
#include "postern/mail/delivery.hpp"
#include "postern/mail/grouped_delivery.hpp"
#include "postern/mail/quota.hpp"
#include "postern/plugin/plugin.hpp"
#include "postern/runtime/log.hpp"

namespace postern::delivery {

/// A message for one recipient, and what becomes of it.
struct Item {
    std::shared_ptr<const mail::Envelope> envelope;
    mail::ResolvedRecipient recipient;
    std::shared_ptr<const std::string> content;  ///< as it came
    mail::DeliveryOutcome outcome;
};

class Service final : public mail::DeliveryService {
public:
    Service(Host& host) : host_(host) {}
    void set_settings(Settings settings) { settings_ = std::move(settings); }
    Result<void> resolve_interfaces(const Lookup& lookup);

    Task<Result<mail::ResolvedRecipient>> resolve(mail::EnvelopeRecipient recipient,
                                                  std::uint64_t octets) override;
    Task<std::vector<mail::DeliveryOutcome>> deliver(mail::Envelope envelope,
                                                     std::vector<mail::ResolvedRecipient> recipients,
                                                     std::shared_ptr<const std::string> content) override;
    Task<mail::DeliveryOutcome> deliver_to(mail::FilterRequest request, mail::NewMail keep) override;

private:
    struct Waiting;
    Task<Result<bool>> has_room(AccountId account, std::uint64_t octets);
    Task<mail::DeliveryOutcome> deliver_one(std::shared_ptr<Item> item);
    Task<void> deliver_and_tell(std::shared_ptr<Item> item, std::shared_ptr<Waiting> waiting);
    Task<Result<std::optional<mail::FilterActions>>> ask_filters(mail::FilterRequest request);

    // What filters decided (actions.cpp)
    /// Errors: temporary, nothing may be stored. False: one was refused for good.
    Task<Result<bool>> send_redirects(const mail::FilterRequest* request,
                                      std::vector<mail::OutgoingMail> redirects);
    Task<mail::DeliveryOutcome> store(const mail::FilterRequest* request, const mail::NewMail* keep,
                                      std::vector<mail::FilterActions::Store> stores);
    /// One message to be stored, and where.
    struct Destination {
        MailboxId mailbox{};
        mail::FilterActions::Store store;
    };
    Task<std::vector<Destination>> find_mailboxes(const mail::FilterRequest* request,
                                                  std::vector<mail::FilterActions::Store> stores);
    Task<Result<mail::DeliveryOutcome::Stored>> store_one(const mail::FilterRequest* request,
                                                          const mail::NewMail* keep, MailboxId mailbox,
                                                          mail::FilterActions::Store store);
    /// All in one transaction.
    Task<Result<std::vector<mail::DeliveryOutcome::Stored>>> store_together(
        const mail::FilterRequest* request, const mail::NewMail* keep,
        const std::vector<Destination>* destinations);
    static mail::NewMail message_of(const mail::FilterRequest& request, const mail::NewMail& keep,
                                    const mail::FilterActions::Store& store);
    static mail::DeliveryOutcome::Stored stored_in(const mail::FilterRequest& request, MailboxId mailbox,
                                                   const mail::DeliveryResult& result);
    Task<MailboxId> find_mailbox(const mail::FilterRequest* request, const mail::FilterActions::Store* store);
    Task<void> send_notices(AccountId account, std::string login, std::vector<mail::OutgoingMail> notices);
    mail::Cause cause_of(const mail::FilterRequest& request) const;

    Host& host_;
    Settings settings_;
    std::unique_ptr<Recipients> recipients_;
    mail::MailService* mail_ = nullptr;
    mail::QuotaService* quota_ = nullptr;
    mail::GroupedDelivery* deliveries_ = nullptr;
    mail::MailRelay* relay_ = nullptr;
    std::vector<mail::DeliveryFilter*> filters_;
};

/// Errors of the store and of guards as what a recipient is answered.
mail::DeliveryOutcome failed_with(Error error);

}  // namespace postern::delivery
