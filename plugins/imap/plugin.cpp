#include "plugin.hpp"

#include <iterator>

#include "commands/append.hpp"

namespace postern::imap {

namespace {

std::vector<NamedFetchItem> make_fetch_items() {
    std::vector<NamedFetchItem> all = make_column_items();
    for (auto* make : {make_record_items, make_section_items})
        std::ranges::move(make(), std::back_inserter(all));
    return all;
}

}  // namespace

ImapPlugin::ImapPlugin(Host& host)
    : server_(host),
      commands_(make_commands(server_)),
      fetch_items_(make_fetch_items()),
      status_items_(make_status_items()) {}

void ImapPlugin::configure(const ConfigNode& config, Diagnostics& problems) {
    server_.set_settings(read_settings(config, problems));
}

Result<void> ImapPlugin::declare(Registrar& registrar) {
    server_.set_lookup(registrar.lookup());
    registrar.add<Protocol>("imap", server_);
    registrar.provide<ListenerExtensions>(server_);
    registrar.add<SaslMechanism>("PLAIN", plain_);
    for (const NamedCommand& command : commands_)
        registrar.add<CommandHandler>(command.name, *command.handler);
    for (const NamedFetchItem& item : fetch_items_) registrar.add<FetchItemHandler>(item.name, *item.handler);
    for (const NamedStatusItem& item : status_items_) registrar.add<StatusItem>(item.name, *item.item);
    return {};
}

Result<void> ImapPlugin::resolve(const Lookup& lookup) {
    auto resolved = server_.resolve(lookup);
    if (!resolved) return resolved;
    plain_.set_service(server_.auth());
    std::vector<mail::ExistingCopies*> copies;
    for (const auto& known : lookup.all<mail::ExistingCopies>()) copies.push_back(known.object);
    for (const NamedCommand& command : commands_) {
        if (command.name == "APPEND") static_cast<AppendCommand&>(*command.handler).set_copies(copies);
    }
    return {};
}

}  // namespace postern::imap
