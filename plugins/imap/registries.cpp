#include "registries.hpp"

#include "postern/auth/sasl_policy.hpp"

namespace postern::imap {

void Registries::collect(const Lookup& lookup) {
    commands.collect(lookup, without);
    hooks.collect(lookup, without);
    capabilities.collect(lookup, without);
    features.collect(lookup, without);
    modes.collect(lookup, without);
    mechanisms.collect(lookup, without);
    if (const auto* policy = lookup.find<SaslPolicy>())
        mechanisms.keep([&](const std::string& name) { return policy->allows(name); });
    codes.collect(lookup, without);
    filters.collect(lookup, without);
    fetch_items.collect(lookup, without);
    fetch_modifiers.collect(lookup, without);
    store_modifiers.collect(lookup, without);
    search_keys.collect(lookup, without);
    search_returns.collect(lookup, without);
    search_decorators.collect(lookup, without);
    select_parameters.collect(lookup, without);
    create_parameters.collect(lookup, without);
    status_items.collect(lookup, without);
    list_selections.collect(lookup, without);
    list_returns.collect(lookup, without);
    mailbox_attributes.collect(lookup, without);
    append_sources.collect(lookup, without);
    append_options.collect(lookup, without);
    append_filters.collect(lookup, without);
    announcers.collect(lookup, without);
    observers.collect(lookup, without);
    for (const auto& entry : lookup.all<SetReference>()) {
        if (!without.contains(entry.plugin)) set_reference = entry.object;
    }
    hiders.collect(lookup, {});
    access = lookup.find<MailboxAccess>();
    capabilities.sort_by_order();
    codes.sort_by_order();
    filters.sort_by_order();
}

}  // namespace postern::imap
