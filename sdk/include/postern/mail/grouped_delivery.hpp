#pragma once
// Deliveries into several mailboxes that happen together: a message that a filter files twice, or moves into another mailbox.
#include <vector>

#include "postern/export.hpp"
#include "postern/mail/account.hpp"
#include "postern/plugin/registry.hpp"

namespace postern::mail {

/// Provided by the kernel.
class POSTERN_SDK GroupedDelivery {
public:
    static constexpr InterfaceId interface_id{"postern.mail.grouped_delivery", 1, 0};
    virtual ~GroupedDelivery();

    /// On the account's core. All of them, or none, in one transaction; a result each, in their order. Messages of several
    /// requests with the same content object (not only the same octets) are placements of one message, as COPY makes them. At
    /// most one request replaces messages. Errors as Account::deliver() has them; which request an error is about is not told.
    virtual Task<Result<std::vector<DeliveryResult>>> deliver_together(
        AccountId account, std::vector<DeliveryRequest> requests) = 0;
};

}  // namespace postern::mail
