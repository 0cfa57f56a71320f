// LIST (RFC 3501 section 6.3.8), with the options of RFC 5258 routed to their owners (X22, X23, X24).
#include <algorithm>

#include "commands/commands.hpp"
#include "mailbox_tree.hpp"
#include "postern/imap/arguments.hpp"
#include "postern/imap/ext/list_option.hpp"
#include "session.hpp"

namespace postern::imap {

namespace {

class ListCommand final : public CommandHandler {
public:
    CommandTraits traits() const override { return {}; }
    Task<CommandResult> run(CommandContext* context) override;

private:
    Result<void> prepare(ListPlan& plan, const ListArguments& arguments, ArgumentCursor& in) const;
    std::vector<ListEntry> choose(ListPlan& plan, const ListArguments& arguments) const;
    void add_attributes(ListPlan& plan, ListEntry& entry) const;
    bool hidden(Session& session, const ListEntry& entry) const;
    static void write(ListPlan& plan, const ListEntry& entry);
};

Result<void> ListCommand::prepare(ListPlan& plan, const ListArguments& arguments, ArgumentCursor& in) const {
    const Registries& known = registries_of(plan.session);
    // Without an extension that brings options, the extended syntax is not ours.
    const bool extensible = !known.list_selections.all().empty() || !known.list_returns.all().empty();
    if (arguments.extended && !extensible)
        return Error(Errc::protocol_violation, "LIST takes a reference and a pattern");
    plan.extended = arguments.extended;
    plan.has_return = arguments.has_return;
    for (const Parameter& parameter : arguments.selection) {
        ListSelection* owner = known.list_selections.find(parameter.name);
        if (owner == nullptr)
            return Error(Errc::protocol_violation, "Unknown selection option " + parameter.name);
        ArgumentCursor value = in.sub(parameter.begin, parameter.end);
        auto filter = owner->prepare(plan, parameter, value);
        if (!filter) return filter.error();
        plan.filters.push_back(std::move(*filter));
    }
    for (const Parameter& parameter : arguments.returns) {
        ListReturn* owner = known.list_returns.find(parameter.name);
        if (owner == nullptr)
            return Error(Errc::protocol_violation, "Unknown return option " + parameter.name);
        ArgumentCursor value = in.sub(parameter.begin, parameter.end);
        auto decorator = owner->prepare(plan, parameter, value);
        if (!decorator) return decorator.error();
        plan.decorators.push_back(std::move(*decorator));
    }
    for (const auto& filter : plan.filters) {
        auto checked = filter->check(plan);
        if (!checked) return checked;
    }
    return {};
}

std::vector<ListEntry> ListCommand::choose(ListPlan& plan, const ListArguments& arguments) const {
    std::vector<ListEntry> all = list_entries(*plan.session.account(), plan.with_subscriptions);
    std::erase_if(all, [&](const ListEntry& entry) { return hidden(plan.session, entry); });
    // Where an empty pattern is no question for the delimiter it matches nothing (RFC 5258 section 3).
    std::vector<std::string> texts = arguments.patterns;
    std::erase_if(texts, [](const std::string& pattern) { return pattern.empty(); });
    const PatternSet patterns(arguments.reference, texts);
    std::vector<bool> chosen(all.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
        all[i].matches_pattern = patterns.matches(all[i].name);
        bool accepted = true;
        for (const auto& filter : plan.filters) accepted = accepted && filter->accepts(plan, all[i]);
        chosen[i] = all[i].matches_pattern && accepted;
    }
    for (const auto& filter : plan.filters) filter->adjust(plan, all, chosen);
    std::vector<ListEntry> entries;
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (!chosen[i]) continue;
        add_attributes(plan, all[i]);
        entries.push_back(std::move(all[i]));
    }
    return entries;
}

bool ListCommand::hidden(Session& session, const ListEntry& entry) const {
    const auto& owners = registries_of(session).hiders.all();
    return std::ranges::any_of(owners,
                               [&](const MailboxAttributes* owner) { return owner->hides(session, entry); });
}

void ListCommand::add_attributes(ListPlan& plan, ListEntry& entry) const {
    if (!entry.exists) entry.attributes.emplace_back("\\Noselect");
    for (const MailboxAttributes* owner : registries_of(plan.session).mailbox_attributes.all())
        owner->contribute(plan, entry);
    for (const auto& decorator : plan.decorators) decorator->contribute(plan, entry);
}

void ListCommand::write(ListPlan& plan, const ListEntry& entry) {
    ResponseWriter out = plan.session.writer();
    out.untagged().atom("LIST").open();
    for (const std::string& attribute : entry.attributes) out.atom(attribute);
    out.close().quoted(std::string_view(&mail::hierarchy_delimiter, 1)).mailbox(entry.name);
    bool within = false;
    for (const auto& decorator : plan.decorators) {
        if (!decorator->has_extended(plan, entry)) continue;
        if (!within) out.open();
        within = true;
        decorator->write_extended(plan, entry, out);
    }
    if (within) out.close();
    out.end_line();
}

Task<CommandResult> ListCommand::run(CommandContext* context) {
    Session& session = context->session;
    auto space = context->args.space();
    if (!space) co_return CommandResult::failed(space.error());
    auto arguments = parse_list(context->args);
    if (!arguments) co_return CommandResult::failed(arguments.error());
    ListPlan plan(session);
    auto prepared = prepare(plan, *arguments, context->args);
    if (!prepared) co_return CommandResult::failed(prepared.error());
    // An empty pattern asks for the delimiter and the root of the reference.
    if (!arguments->extended && arguments->patterns.front().empty()) {
        session.writer()
            .untagged()
            .atom("LIST")
            .open()
            .atom("\\Noselect")
            .close()
            .quoted("/")
            .quoted("")
            .end_line();
        co_return CommandResult::ok("LIST completed");
    }
    const std::vector<ListEntry> entries = choose(plan, *arguments);
    for (const auto& decorator : plan.decorators) {
        auto loaded = co_await decorator->load(&session, &entries);
        if (!loaded) co_return CommandResult::failed(loaded.error());
    }
    for (const ListEntry& entry : entries) {
        write(plan, entry);
        for (const auto& decorator : plan.decorators) {
            auto after = co_await decorator->after(&session, &entry);
            if (!after) co_return CommandResult::failed(after.error());
        }
        auto sent = co_await session.drain();
        if (!sent) co_return CommandResult::failed(sent.error());
    }
    co_return CommandResult::ok("LIST completed");
}

}  // namespace

std::unique_ptr<CommandHandler> make_list() {
    return std::make_unique<ListCommand>();
}

}  // namespace postern::imap
