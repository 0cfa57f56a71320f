#include "genurlauth_command.hpp"

#include "postern/imap/access_keys.hpp"
#include "postern/imap/url_token.hpp"

namespace postern::imap {

namespace {

/// All that is wrong with a URL here is BAD (section 7, GENURLAUTH).
Error bad(std::string text) {
    return {Errc::protocol_violation, std::move(text)};
}

}  // namespace

Result<GenUrlAuthCommand::Wanted> GenUrlAuthCommand::check(const mail::Account& own,
                                                           std::string_view rump) const {
    const auto url = parse_imap_url(rump);
    if (!url) return bad(url.error().text);
    if (!url->absolute) return bad("The URL names no server");
    if (url->user.empty()) return bad("The URL names no owner");
    if (!url->access) return bad("The URL has no access identifier");
    if (!url->token.empty()) return bad("The URL is authorised already");
    if (!rules_.knows(*url->access)) return bad("Unknown access identifier");
    if (url->user != own.login()) return bad("The URL's owner is somebody else");
    const mail::MailboxInfo* mailbox = own.find_mailbox(url->mailbox);
    if (mailbox == nullptr) return bad("The URL's mailbox does not exist");
    return Wanted{std::string(rump), mailbox->id};
}

Result<std::vector<GenUrlAuthCommand::Wanted>> GenUrlAuthCommand::parse(CommandContext& context,
                                                                        const mail::Account& own) const {
    ArgumentCursor& in = context.args;
    std::vector<Wanted> all;
    do {
        if (auto space = in.space(); !space) return space.error();
        const auto rump = in.astring();
        if (!rump) return rump.error();
        if (auto space = in.space(); !space) return space.error();
        const auto mechanism = in.atom();
        if (!mechanism) return mechanism.error();
        if (!equals_ignore_case(*mechanism, internal_mechanism)) return bad("The only mechanism is INTERNAL");
        auto wanted = check(own, *rump);
        if (!wanted) return wanted.error();
        all.push_back(std::move(*wanted));
        if (all.size() > max_urls) return bad("Too many URLs");
    } while (!in.at_end());
    return all;
}

Task<CommandResult> GenUrlAuthCommand::run(CommandContext* context) {
    Session& session = context->session;
    auto own = co_await service_->open(session.identity()->account);
    if (!own) co_return CommandResult::failed(own.error());
    auto wanted = parse(*context, **own);
    if (!wanted) co_return CommandResult::failed(wanted.error());
    std::vector<std::string> urls;
    for (const Wanted& one : *wanted) {
        mail::Cause cause = session.cause("GENURLAUTH");
        auto key = co_await need_access_key(own->get(), one.mailbox, std::move(cause));
        if (!key) co_return CommandResult::failed(key.error());
        urls.push_back(one.rump + ":" + std::string(internal_mechanism) + ":" + make_token(*key, one.rump));
    }
    ResponseWriter out = session.writer();
    out.untagged().atom("GENURLAUTH");
    for (const std::string& url : urls) out.string(url);
    out.end_line();
    co_return CommandResult::ok("GENURLAUTH completed");
}

}  // namespace postern::imap
