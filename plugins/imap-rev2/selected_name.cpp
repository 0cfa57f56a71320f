#include "selected_name.hpp"

#include <algorithm>

#include "postern/imap/ext/session.hpp"

namespace postern::imap {

namespace {

struct GivenName {
    std::string name;
};
constexpr SlotKey<GivenName> given_name{"name of the mailbox as given to SELECT"};

bool opens_mailbox(const CommandContext& context) {
    return context.name == "SELECT" || context.name == "EXAMINE";
}

bool has_children(const mail::Account& account, const std::string& name) {
    const std::string below = name + mail::hierarchy_delimiter;
    return std::ranges::any_of(account.mailboxes(),
                               [&](const mail::MailboxInfo& info) { return info.name.starts_with(below); });
}

}  // namespace

Result<void> SelectedName::before(CommandContext& context) {
    if (!context.session.is_on(mode_) || !opens_mailbox(context)) return {};
    const std::size_t begin = context.args.mark();
    // Whatever is wrong with the arguments is the command's to say.
    if (context.args.skip_space()) {
        const auto name = context.args.astring();
        if (name) context.session.slots().get(given_name).name = *name;
    }
    context.args.rewind(begin);
    return {};
}

void SelectedName::after(CommandContext& context, CommandResult& result) {
    if (!context.session.is_on(mode_) || !opens_mailbox(context)) return;
    if (result.condition != CommandResult::Condition::ok) return;
    write(context.session, context.session.slots().get(given_name).name);
}

void SelectedName::write(Session& session, const std::string& given) const {
    // By the name under which the user knows it: another user's has one more.
    const mail::MailboxInfo& opened = session.selected()->mailbox->info();
    const mail::MailboxInfo* known = session.account()->find_mailbox(opened.id);
    const mail::MailboxInfo& info = known != nullptr ? *known : opened;
    ListPlan plan(session);
    ListEntry entry;
    entry.name = info.name;
    entry.mailbox = info.id;
    entry.exists = true;
    entry.has_children = has_children(*session.account(), info.name);
    for (const MailboxAttributes* owner : owners_) owner->contribute(plan, entry);
    ResponseWriter out = session.writer();
    out.untagged().atom("LIST").open();
    for (const std::string& attribute : entry.attributes) out.atom(attribute);
    out.close().quoted(std::string_view(&mail::hierarchy_delimiter, 1)).mailbox(entry.name);
    if (given != entry.name) out.open().quoted("OLDNAME").open().mailbox(given).close().close();
    out.end_line();
}

void ClosedCode::untagged(Session& session, const Operation& operation, ResponseWriter& out) {
    if (operation.kind != Operation::Kind::closed || !session.is_on(mode_)) return;
    if (extensions_ != nullptr && extensions_->has(session, other_)) return;
    out.status("", "OK", "CLOSED", "The former mailbox is closed");
}

}  // namespace postern::imap
