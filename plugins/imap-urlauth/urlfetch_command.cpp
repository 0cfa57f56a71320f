#include "urlfetch_command.hpp"

namespace postern::imap {

Result<UrlFetchCommand::Wanted> UrlFetchCommand::parse_one(ArgumentCursor& in) {
    Wanted wanted;
    const bool list = in.skip('(');
    const auto url = in.astring();
    if (!url) return url.error();
    wanted.url = *url;
    if (!list) return wanted;
    for (;;) {
        const auto end = in.list_end();
        if (!end) return end.error();
        if (*end) break;
        const auto name = in.keyword();
        if (!name) return name.error();
        bool* known = *name == "BODY"                ? &wanted.body
                      : *name == "BINARY"            ? &wanted.binary
                      : *name == "BODYPARTSTRUCTURE" ? &wanted.structure
                                                     : nullptr;
        if (known == nullptr) return in.error("unknown parameter " + *name);
        if (*known) return in.error(*name + " can be given once");
        *known = true;
        wanted.extended = true;
    }
    if (wanted.body && wanted.binary) return in.error("BODY and BINARY exclude each other");
    return wanted;
}

Result<std::vector<UrlFetchCommand::Wanted>> UrlFetchCommand::parse(ArgumentCursor& in) {
    std::vector<Wanted> all;
    do {
        if (auto space = in.space(); !space) return space.error();
        auto wanted = parse_one(in);
        if (!wanted) return wanted.error();
        all.push_back(std::move(*wanted));
        if (all.size() > max_urls) return in.error("too many URLs");
    } while (!in.at_end());
    return all;
}

void UrlFetchCommand::write(Session& session, const Wanted& wanted, const FetchedUrl& fetched) {
    ResponseWriter out = session.writer();
    out.untagged().atom("URLFETCH").string(wanted.url);
    const auto content = [&](bool binary) {
        const bool nul = binary && fetched.octets.find('\0') != std::string::npos;
        if (fetched.octets.empty()) {
            out.quoted("");
        } else {
            out.literal_header(fetched.octets.size(), nul).raw(fetched.octets);
        }
    };
    if (!wanted.extended) {
        content(false);
    } else {
        if (wanted.structure) out.open().atom("BODYPARTSTRUCTURE").encoded(fetched.structure).close();
        if (wanted.body || wanted.binary) {
            out.open().atom(wanted.binary ? "BINARY" : "BODY");
            if (fetched.undecodable) {
                out.nil();
            } else {
                content(wanted.binary);
            }
            out.close();
        }
    }
    out.end_line();
}

Task<CommandResult> UrlFetchCommand::run(CommandContext* context) {
    Session& session = context->session;
    const auto wanted = parse(context->args);
    if (!wanted) co_return CommandResult::failed(wanted.error());
    // A response for each, so that one part at a time is in memory.
    for (const Wanted& one : *wanted) {
        const UrlForm form = one.binary ? UrlForm::decoded : UrlForm::stored;
        auto fetched = co_await fetcher_.fetch(&session, one.url, form, one.structure);
        if (!fetched) co_return CommandResult::failed(fetched.error());
        if (*fetched) {
            write(session, one, **fetched);
        } else {
            session.writer().untagged().atom("URLFETCH").string(one.url).nil().end_line();
        }
        auto sent = co_await session.drain();
        if (!sent) co_return CommandResult::failed(sent.error());
    }
    co_return CommandResult::ok("URLFETCH completed");
}

}  // namespace postern::imap
