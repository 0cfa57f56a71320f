#include "acl_commands.hpp"

namespace postern::imap {

namespace {

/// What the user wants to administer: mailbox and identifier.
struct Subject {
    std::string mailbox;
    std::string identifier;
};

Result<Subject> parse_subject(ArgumentCursor& in) {
    Subject subject;
    auto space = in.space();
    if (!space) return space.error();
    auto name = in.mailbox();
    if (!name) return name.error();
    subject.mailbox = std::move(*name);
    auto second = in.space();
    if (!second) return second.error();
    auto identifier = in.astring();
    if (!identifier) return identifier.error();
    if (identifier->empty()) return in.expected("an identifier");
    subject.identifier = *identifier;
    return subject;
}

Result<std::string> parse_name(ArgumentCursor& in) {
    auto space = in.space();
    if (!space) return space.error();
    auto name = in.mailbox();
    if (!name) return name.error();
    auto end = in.end();
    if (!end) return end.error();
    return name;
}

/// A mailbox whose list the user may read and change.
Result<MailboxId> administered(Session& session, const std::string& name) {
    auto found = session.find_mailbox(name);
    if (!found) return found.error();
    const MailboxId id = (*found)->id;
    if ((shared_account(session).rights(id) & right_admin) == 0)
        return Error(Errc::permission_denied, "You do not administer that mailbox");
    return id;
}

class AclCommand : public CommandHandler {
public:
    explicit AclCommand(const AclStore& store) : store_(store) {}
    CommandTraits traits() const override { return {.states = in_authenticated}; }

protected:
    const AclStore& store_;
};

class SetAcl final : public AclCommand {
public:
    using AclCommand::AclCommand;
    Task<CommandResult> run(CommandContext* context) override {
        auto subject = parse_subject(context->args);
        if (!subject) co_return CommandResult::failed(subject.error());
        auto change = parse_change(context->args);
        if (!change) co_return CommandResult::failed(change.error());
        auto mailbox = administered(context->session, subject->mailbox);
        if (!mailbox) co_return CommandResult::failed(mailbox.error());
        Session* session = &context->session;
        const MailboxId id = *mailbox;
        const AclStore::Change kind = change->kind;
        const Rights rights = change->rights;
        auto set = co_await store_.change(session, id, subject->identifier, kind, rights);
        if (!set) co_return CommandResult::failed(set.error());
        co_return CommandResult::ok("SETACL completed");
    }

private:
    struct Change {
        AclStore::Change kind = AclStore::Change::replace;
        Rights rights = 0;
    };
    static Result<Change> parse_change(ArgumentCursor& in) {
        auto space = in.space();
        if (!space) return space.error();
        auto text = in.astring();
        if (!text) return text.error();
        Change change;
        std::string_view letters = *text;
        if (letters.starts_with('+')) change.kind = AclStore::Change::add;
        if (letters.starts_with('-')) change.kind = AclStore::Change::remove;
        if (change.kind != AclStore::Change::replace) letters.remove_prefix(1);
        auto rights = parse_rights(letters);
        if (!rights) return rights.error();
        change.rights = *rights;
        auto end = in.end();
        if (!end) return end.error();
        return change;
    }
};

class DeleteAcl final : public AclCommand {
public:
    using AclCommand::AclCommand;
    Task<CommandResult> run(CommandContext* context) override {
        auto subject = parse_subject(context->args);
        if (!subject) co_return CommandResult::failed(subject.error());
        auto end = context->args.end();
        if (!end) co_return CommandResult::failed(end.error());
        auto mailbox = administered(context->session, subject->mailbox);
        if (!mailbox) co_return CommandResult::failed(mailbox.error());
        Session* session = &context->session;
        const MailboxId id = *mailbox;
        auto gone = co_await store_.change(session, id, subject->identifier, AclStore::Change::forget, 0);
        if (!gone) co_return CommandResult::failed(gone.error());
        co_return CommandResult::ok("DELETEACL completed");
    }
};

class GetAcl final : public AclCommand {
public:
    using AclCommand::AclCommand;
    Task<CommandResult> run(CommandContext* context) override {
        Session& session = context->session;
        auto name = parse_name(context->args);
        if (!name) co_return CommandResult::failed(name.error());
        auto mailbox = administered(session, *name);
        if (!mailbox) co_return CommandResult::failed(mailbox.error());
        const SharedAccount::Place place = shared_account(session).place_of(*mailbox);
        ResponseWriter out = session.writer();
        out.untagged().atom("ACL").mailbox(*name);
        out.astring(place.account->login()).astring(rights_text(all_rights));
        for (const auto& [login, rights] : access_list(*place.account, place.info->name)) {
            out.astring(login).astring(rights_text(rights));
        }
        out.end_line();
        co_return CommandResult::ok("GETACL completed");
    }
};

class ListRights final : public AclCommand {
public:
    using AclCommand::AclCommand;
    Task<CommandResult> run(CommandContext* context) override {
        Session& session = context->session;
        auto subject = parse_subject(context->args);
        if (!subject) co_return CommandResult::failed(subject.error());
        auto end = context->args.end();
        if (!end) co_return CommandResult::failed(end.error());
        auto mailbox = administered(session, subject->mailbox);
        if (!mailbox) co_return CommandResult::failed(mailbox.error());
        const bool owner = subject->identifier == shared_account(session).place_of(*mailbox).account->login();
        if (!owner) {
            auto user = co_await store_.find_user(subject->identifier);
            if (!user) co_return CommandResult::failed(user.error());
        }
        ResponseWriter out = session.writer();
        out.untagged().atom("LISTRIGHTS").mailbox(subject->mailbox).astring(subject->identifier);
        if (owner) {
            out.astring(rights_text(all_rights));
        } else {
            out.string("");
            for (const char right : rights_text(all_rights)) out.astring(std::string_view(&right, 1));
        }
        out.end_line();
        co_return CommandResult::ok("LISTRIGHTS completed");
    }
};

class MyRights final : public AclCommand {
public:
    using AclCommand::AclCommand;
    Task<CommandResult> run(CommandContext* context) override {
        Session& session = context->session;
        auto name = parse_name(context->args);
        if (!name) co_return CommandResult::failed(name.error());
        auto found = session.find_mailbox(*name);
        if (!found) co_return CommandResult::failed(found.error());
        const Rights rights = shared_account(session).rights((*found)->id);
        session.writer().untagged().atom("MYRIGHTS").mailbox(*name).astring(rights_text(rights)).end_line();
        co_return CommandResult::ok("MYRIGHTS completed");
    }
};

}  // namespace

std::vector<NamedAclCommand> make_acl_commands(const AclStore& store) {
    std::vector<NamedAclCommand> commands;
    commands.push_back({"SETACL", std::make_unique<SetAcl>(store)});
    commands.push_back({"DELETEACL", std::make_unique<DeleteAcl>(store)});
    commands.push_back({"GETACL", std::make_unique<GetAcl>(store)});
    commands.push_back({"LISTRIGHTS", std::make_unique<ListRights>(store)});
    commands.push_back({"MYRIGHTS", std::make_unique<MyRights>(store)});
    return commands;
}

}  // namespace postern::imap
