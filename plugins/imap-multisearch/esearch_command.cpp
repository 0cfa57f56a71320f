#include "esearch_command.hpp"

#include <algorithm>

#include "postern/imap/ext/engine.hpp"

namespace postern::imap {

namespace {

/// The session looks at another mailbox while this lives.
class Look {
public:
    Look(Session& session, SelectedMailbox& other) : session_(session) { session_.look_at(&other); }
    ~Look() { session_.look_at(nullptr); }
    Look(const Look&) = delete;
    Look& operator=(const Look&) = delete;

private:
    Session& session_;
};

/// Message numbers as UIDs of this mailbox. Numbers beyond its end are no error here (section 2).
SearchNode with_uids(const mail::View& view, const mail::Columns& columns, const SearchNode& tree) {
    if (tree.kind == SearchNode::Kind::message_set && !tree.set.is_reference()) {
        UidSet uids;
        const NumberSet existing = view.count() == 0 ? NumberSet() : NumberSet::of(1, view.count());
        for (const std::uint32_t number : tree.set.resolve(view.count()).intersected(existing))
            uids.add(columns.uid[view.slot_of_number(number)]);
        if (uids.empty()) return SearchNode::of(SearchNode::Kind::none);
        return SearchNode::of_set(SearchNode::Kind::uid_set, SequenceSet::from(uids));
    }
    SearchNode copy = tree;
    for (SearchNode& child : copy.children) child = with_uids(view, columns, child);
    return copy;
}

/// "MAILBOX folder1 UIDVALIDITY 1", by the name under which the user knows it.
std::string correlators(Session& session, const mail::MailboxInfo& info) {
    OutputBuffer text;
    ResponseWriter out(text, session.writer_modes());
    const mail::MailboxInfo* known = session.account()->find_mailbox(info.id);
    out.atom("MAILBOX").mailbox(known ? known->name : info.name).atom("UIDVALIDITY").number(info.uidvalidity);
    return std::string(text.view());
}

/// Searches the mailbox that the session has selected or looks at, and tells what was found if there is something.
Task<Result<void>> search_one(SearchPlan* plan, const SearchNode* tree) {
    Session& session = plan->session;
    const SelectedMailbox& selected = *session.selected();
    plan->tree = with_uids(*selected.view, selected.mailbox->columns(), *tree);
    plan->correlators = correlators(session, selected.mailbox->info());
    plan->result.clear();
    auto found = co_await session.engine().search(plan);
    if (!found) co_return found;
    // Return options hear of an empty result, too, but it is not told (section 2.1).
    const std::size_t told_before = session.output().size();
    auto replied = session.engine().reply_to_search(*plan);
    if (!replied) co_return replied;
    if (plan->result.empty()) session.output().truncate(told_before);
    auto sent = co_await session.drain();
    co_return sent;
}

Task<Result<void>> search_other(SearchPlan* plan, const SearchNode* tree, MailboxId id) {
    Session& session = plan->session;
    auto mailbox = co_await session.account()->open_mailbox(id);
    // Deleted meanwhile, or not to be read: then there is nothing to be found in it.
    const auto lacks = [&](Errc code) { return !mailbox && mailbox.error().code == code; };
    if (lacks(Errc::not_found) || lacks(Errc::permission_denied)) co_return Result<void>();
    if (!mailbox) co_return mailbox.error();
    SelectedMailbox other;
    other.view = (*mailbox)->open_view(true);
    other.mailbox = std::move(*mailbox);
    other.read_only = true;
    const Look look(session, other);
    auto done = co_await search_one(plan, tree);
    co_return done;
}

}  // namespace

Result<MailboxScope> EsearchCommand::parse(CommandContext& context, SearchPlan& plan) {
    Session& session = context.session;
    auto scope = MailboxScope::parse(context.args);
    if (!scope) return scope.error();
    if (scope->selected && session.selected() == nullptr) return context.args.error("no mailbox is selected");
    auto returns = session.engine().parse_search_returns(plan, context.args);
    if (!returns) return returns.error();
    if (!plan.extended) {
        // As if RETURN () stood there (section 2.1).
        ArgumentCursor standard(" RETURN ()");
        auto parsed = session.engine().parse_search_returns(plan, standard);
        if (!parsed) return parsed.error();
    }
    const bool saves = std::ranges::any_of(plan.returns, [](const auto& r) { return r->name() == "SAVE"; });
    if (saves && !scope->sources.empty()) return context.args.error("SAVE is for the selected mailbox alone");
    auto program = session.engine().parse_search_program(plan, context.args);
    if (!program) return program.error();
    return scope;
}

Task<CommandResult> EsearchCommand::run(CommandContext* context) {
    Session& session = context->session;
    SearchPlan plan(session);
    plan.tag = context->tag;
    plan.uid = true;
    auto scope = parse(*context, plan);
    if (!scope) co_return CommandResult::failed(scope.error());
    if (plan.uses_numbers()) context->updates = Updates::numbers_stay;
    const SearchNode tree = std::move(plan.tree);
    std::vector<MailboxId> others = scope->resolve(session, access_);
    if (session.selected() != nullptr) {
        const MailboxId own = session.selected()->mailbox->info().id;
        if (std::erase(others, own) > 0) scope->selected = true;
    }
    if (scope->selected) {
        auto done = co_await search_one(&plan, &tree);
        if (!done) co_return CommandResult::failed(done.error());
    }
    for (const MailboxId id : others) {
        auto done = co_await search_other(&plan, &tree, id);
        if (!done) co_return CommandResult::failed(done.error());
    }
    co_return CommandResult::ok("ESEARCH completed");
}

}  // namespace postern::imap
