#include "filter_values.hpp"

#include <algorithm>

namespace postern::imap {

namespace {

constexpr SlotKey<FilterValues> filter_values{"search filters"};

/// Later ones take the place of earlier ones.
Task<Result<void>> load(Session* session, std::string prefix, FilterValues* into) {
    const std::optional<MailboxId> server = MailboxId{};
    std::string entries = prefix;
    auto found = co_await session->account()->read_attributes(server, std::move(entries));
    if (!found) co_return found.error();
    for (store::Attribute& filter : *found)
        into->criteria[to_upper(filter.entry.substr(prefix.size()))] = std::move(filter.value);
    co_return Result<void>();
}

}  // namespace

FilterValues* find_filters(Session& session) {
    return session.slots().find(filter_values);
}

void FilterLoader::add_shared(std::string name, std::string criteria) {
    shared_[to_upper(name)] = std::move(criteria);
}

bool FilterLoader::prepares(const CommandContext& context) const {
    const auto is_search = [&](const char* name) { return context.name == name; };
    const auto searches = {"SEARCH", "SORT", "THREAD", "ESEARCH"};
    if (context.session.account() == nullptr || std::ranges::none_of(searches, is_search)) return false;
    return to_upper(context.args.rest()).find("FILTER ") != std::string::npos;
}

Task<Result<void>> FilterLoader::prepare(CommandContext* context) {
    FilterValues values;
    values.criteria = shared_;
    for (const char* prefix : {"/shared/filters/values/", "/private/filters/values/"}) {
        std::string root = prefix;
        auto loaded = co_await load(&context->session, std::move(root), &values);
        if (!loaded) co_return loaded.error();
    }
    context->session.slots().get(filter_values) = std::move(values);
    co_return Result<void>();
}

void FilterLoader::after(CommandContext& context, CommandResult& /*result*/) {
    context.session.slots().drop(filter_values);
}

}  // namespace postern::imap
