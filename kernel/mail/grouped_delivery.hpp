#pragma once
// Deliveries that happen together, for plugins.
#include "postern/mail/grouped_delivery.hpp"

namespace postern::mail {

class MailServiceImpl;

class GroupedDeliveryImpl final : public GroupedDelivery {
public:
    /// `service` outlives it.
    explicit GroupedDeliveryImpl(MailServiceImpl& service) : service_(service) {}
    Task<Result<std::vector<DeliveryResult>>> deliver_together(
        AccountId account, std::vector<DeliveryRequest> requests) override;

private:
    MailServiceImpl& service_;
};

}  // namespace postern::mail
