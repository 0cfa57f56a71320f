#include "registries.hpp"

namespace postern::imap {

Result<void> Registries::collect(const Lookup& lookup) {
    commands.collect(lookup);
    hooks.collect(lookup);
    capabilities.collect(lookup);
    features.collect(lookup);
    modes.collect(lookup);
    mechanisms.collect(lookup);
    codes.collect(lookup);
    filters.collect(lookup);
    fetch_items.collect(lookup);
    fetch_modifiers.collect(lookup);
    store_modifiers.collect(lookup);
    search_keys.collect(lookup);
    search_returns.collect(lookup);
    search_decorators.collect(lookup);
    select_parameters.collect(lookup);
    create_parameters.collect(lookup);
    status_items.collect(lookup);
    list_selections.collect(lookup);
    list_returns.collect(lookup);
    mailbox_attributes.collect(lookup);
    append_sources.collect(lookup);
    append_options.collect(lookup);
    append_filters.collect(lookup);
    announcers.collect(lookup);
    set_reference = lookup.find<SetReference>();
    access = lookup.find<MailboxAccess>();
    capabilities.sort_by_order();
    codes.sort_by_order();
    filters.sort_by_order();
    if (modes.all().size() > SessionMode::max_modes) {
        return Error(Errc::invalid, "the IMAP extensions bring more session modes than there are bits");
    }
    unsigned index = 0;
    for (SessionMode* mode : modes.all()) mode->set_index(index++);
    return {};
}

}  // namespace postern::imap
