#include "kernel/mail/grouped_delivery.hpp"

#include "kernel/mail/service.hpp"

namespace postern::mail {

Task<Result<std::vector<DeliveryResult>>> GroupedDeliveryImpl::deliver_together(
    AccountId account, std::vector<DeliveryRequest> requests) {
    auto opened = co_await service_.open(account);
    if (!opened) co_return opened.error();
    // What this service opens is made here.
    auto own = std::static_pointer_cast<AccountImpl>(*opened);
    auto results = co_await own->deliver_together(std::move(requests));
    co_return results;
}

}  // namespace postern::mail
