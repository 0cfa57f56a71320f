#include "postern/mail/delivery.hpp"

namespace postern::mail {

// Key functions: vtables and typeinfo live in this library.
DeliveryFilter::~DeliveryFilter() = default;
DeliveryService::~DeliveryService() = default;
MailRelay::~MailRelay() = default;

}  // namespace postern::mail
