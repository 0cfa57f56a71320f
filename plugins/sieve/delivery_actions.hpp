#pragma once
// From what a script wants to what delivery does.
#include "delivery_environment.hpp"
#include "postern/mail/delivery.hpp"
#include "postern/sieve/engine.hpp"

namespace postern::sieve {

/// `forgotten` entries are removed on the way.
mail::FilterActions delivery_actions(const mail::FilterRequest& request, const Outcome& outcome,
                                     const DeliveryEnvironment& environment);

}  // namespace postern::sieve
