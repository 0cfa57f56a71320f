#include "notify_command.hpp"

#include "postern/imap/ext/engine.hpp"

namespace postern::imap {

namespace {

void replace(Session& session, NotifySpec spec) {
    Watched& watched = make_watched(session);
    watched = {};
    watched.on = true;
    watched.spec = std::move(spec);
    const EventGroup* selected = watched.spec.selected();
    // Which of the new messages are the session's own is told by the account, too.
    if (watched.spec.watches_others() || (selected != nullptr && !selected->items.empty())) watch(session);
}

}  // namespace

bool NotifyCommand::may_read(const Session& session, const mail::MailboxInfo& mailbox) const {
    return announcer_.access() == nullptr || announcer_.access()->rights(session, mailbox).read;
}

/// Of mailboxes that the user may look up but not read nothing will be told (section 3.1).
void NotifyCommand::write_no_access(Session& session) const {
    if (announcer_.access() == nullptr) return;
    const NotifySpec& spec = make_watched(session).spec;
    for (const mail::MailboxInfo& info : session.account()->mailboxes()) {
        const EventSet events = events_of(spec, *session.account(), info.name);
        if ((!events.any_message() && !events.any_other()) || may_read(session, info)) continue;
        ResponseWriter out = session.writer();
        out.untagged().atom("LIST").open().atom("\\NoAccess").close().quoted("/").mailbox(info.name);
        out.end_line();
    }
}

Task<Result<void>> NotifyCommand::write_status(Session* session) const {
    std::vector<std::string> names;
    for (const mail::MailboxInfo& info : session->account()->mailboxes()) names.push_back(info.name);
    for (const std::string& name : names) {
        const Watched& watched = make_watched(*session);
        const auto info = session->find_mailbox(name);
        if (!info) continue;
        const EventSet events = events_of(watched.spec, *session->account(), name);
        const SelectedMailbox* selected = session->selected();
        if (selected != nullptr && selected->mailbox->info().id == (*info)->id) continue;
        if (!events.any_message() || !may_read(*session, **info)) continue;
        announcer_.write_first_status(*session, **info, events);
        auto sent = co_await session->drain();
        if (!sent) co_return sent.error();
    }
    co_return Result<void>();
}

Task<CommandResult> NotifyCommand::set(CommandContext* context) const {
    Session& session = context->session;
    const auto take_items = [&session](ArgumentCursor& in) -> Result<void> {
        const auto plan = session.engine().parse_fetch_items(session, true, in);
        return plan ? Result<void>() : plan.error();
    };
    auto request = parse_notify_set(context->args, announcer_.knows_metadata(), take_items);
    if (!request) co_return CommandResult::failed(request.error());
    // What was to be told until now is told.
    auto announced = co_await session.announce(false);
    if (!announced) co_return CommandResult::failed(announced.error());
    if (announcer_.access() != nullptr) request->spec.others = announcer_.access()->other_users();
    replace(session, std::move(request->spec));
    write_no_access(session);
    session.turn_on(mode_);
    if (request->status) {
        auto written = co_await write_status(&session);
        if (!written) co_return CommandResult::failed(written.error());
    }
    co_return CommandResult::ok("NOTIFY completed");
}

Task<CommandResult> NotifyCommand::run(CommandContext* context) {
    ArgumentCursor& in = context->args;
    if (auto space = in.space(); !space) co_return CommandResult::failed(space.error());
    if (in.match_keyword("NONE")) {
        if (auto end = in.end(); !end) co_return CommandResult::failed(end.error());
        replace(context->session, {});
        co_return CommandResult::ok("NOTIFY completed");
    }
    if (!in.match_keyword("SET")) co_return CommandResult::failed(in.expected("SET or NONE"));
    auto done = co_await set(context);
    co_return done;
}

}  // namespace postern::imap
