#include "postern/mail/grouped_delivery.hpp"

namespace postern::mail {

GroupedDelivery::~GroupedDelivery() = default;

}  // namespace postern::mail
