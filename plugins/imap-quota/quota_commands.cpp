#include "quota_commands.hpp"

namespace postern::imap {

namespace {

struct SetQuotaArguments {
    std::string root;
    mail::QuotaLimits limits;
};

Result<std::string> parse_root(ArgumentCursor& in) {
    auto space = in.space();
    if (!space) return space.error();
    auto root = in.astring();
    if (!root) return root.error();
    return std::string(*root);
}

Result<void> parse_limit(ArgumentCursor& in, mail::QuotaLimits& limits) {
    auto name = in.keyword();
    if (!name) return name.error();
    auto space = in.space();
    if (!space) return space;
    auto limit = in.number64();
    if (!limit) return limit.error();
    const auto resource = mail::quota_resource(*name);
    if (!resource) return Error(Errc::unsupported, "[CANNOT] " + *name + " cannot be limited");
    limits[*resource] = *limit;
    return {};
}

Result<SetQuotaArguments> parse_set_quota(ArgumentCursor& in) {
    SetQuotaArguments arguments;
    auto root = parse_root(in);
    if (!root) return root.error();
    arguments.root = std::move(*root);
    auto space = in.space();
    if (!space) return space.error();
    auto open = in.expect('(');
    if (!open) return open.error();
    for (bool more = !in.skip(')'); more;) {
        auto limit = parse_limit(in, arguments.limits);
        if (!limit) return limit.error();
        auto end = in.list_end();
        if (!end) return end.error();
        more = !*end;
    }
    auto end = in.end();
    if (!end) return end.error();
    return arguments;
}

}  // namespace

Task<CommandResult> GetQuotaCommand::run(CommandContext* context) {
    Session* session = &context->session;
    auto root = parse_root(context->args);
    if (!root) co_return CommandResult::failed(root.error());
    auto end = context->args.end();
    if (!end) co_return CommandResult::failed(end.error());
    auto account = co_await roots_.find(session, std::move(*root));
    if (!account) co_return CommandResult::failed(account.error());
    auto written = co_await roots_.write(session, std::move(*account));
    if (!written) co_return CommandResult::failed(written.error());
    co_return CommandResult::ok("GETQUOTA completed");
}

Task<CommandResult> GetQuotaRootCommand::run(CommandContext* context) {
    Session* session = &context->session;
    auto space = context->args.space();
    if (!space) co_return CommandResult::failed(space.error());
    auto name = context->args.mailbox();
    if (!name) co_return CommandResult::failed(name.error());
    auto end = context->args.end();
    if (!end) co_return CommandResult::failed(end.error());
    if (roots_.is_of_another_user(*name)) {
        // How much others use is not told.
        session->writer().untagged().atom("QUOTAROOT").mailbox(*name).end_line();
        co_return CommandResult::ok("GETQUOTAROOT completed");
    }
    std::string root = QuotaRoots::root_of(*session->account());
    session->writer().untagged().atom("QUOTAROOT").mailbox(*name).astring(root).end_line();
    auto account = co_await roots_.find(session, std::move(root));
    if (!account) co_return CommandResult::failed(account.error());
    auto written = co_await roots_.write(session, std::move(*account));
    if (!written) co_return CommandResult::failed(written.error());
    co_return CommandResult::ok("GETQUOTAROOT completed");
}

Task<CommandResult> SetQuotaCommand::run(CommandContext* context) {
    Session* session = &context->session;
    auto arguments = parse_set_quota(context->args);
    if (!arguments) co_return CommandResult::failed(arguments.error());
    if (!roots_.is_administrator(*session))
        co_return CommandResult::no("Only administrators set quotas", "NOPERM");
    auto account = co_await roots_.find(session, arguments->root);
    if (!account) co_return CommandResult::failed(account.error());
    mail::Cause cause = session->cause("SETQUOTA");
    const mail::QuotaLimits limits = arguments->limits;
    auto set = co_await roots_.quota().set_limits(*account, limits, std::move(cause));
    if (!set) co_return CommandResult::failed(set.error());
    auto written = co_await roots_.write(session, std::move(*account));
    if (!written) co_return CommandResult::failed(written.error());
    co_return CommandResult::ok("SETQUOTA completed");
}

}  // namespace postern::imap
