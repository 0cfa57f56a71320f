#pragma once
// From what a script wants to what delivery does.
#include "account_environment.hpp"
#include "postern/mail/delivery.hpp"
#include "postern/sieve/engine.hpp"

namespace postern::sieve {

/// `forgotten` entries are removed on the way.
mail::FilterActions delivery_actions(const mail::FilterRequest& request, const Outcome& outcome,
                                     const AccountEnvironment& environment);

}  // namespace postern::sieve
