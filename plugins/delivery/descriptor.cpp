// Mail that arrives: from addresses to accounts, through the filters, into mailboxes.
#include "delivery/plugin.hpp"

namespace {

constexpr postern_interface provided[] = {{"postern.mail.delivery", 1, 0, 0}, {nullptr, 0, 0, 0}};

}  // namespace

POSTERN_PLUGIN(
    postern::delivery::DeliveryPlugin,
    {.id = "delivery",
     .summary = "Delivery: accounts of addresses, filters, storing",
     .provides = provided,
     .config_schema = "domains: list  domains that are ours (any)\n"
                      "separator: string  between user and detail (+)\n"
                      "max_hops: number  Received fields of a message that goes on (100)\n"
                      "duplicates: string  keep, or drop what came before with the same envelope id (keep)\n"
                      "remember: duration  the account of an address is not asked for again (60s)\n"});
