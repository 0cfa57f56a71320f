#include "mailbox_scope.hpp"

#include <algorithm>

namespace postern::imap {

namespace {

using Kind = MailboxScope::Kind;

bool takes_names(Kind kind) {
    return kind == Kind::subtree || kind == Kind::subtree_one || kind == Kind::mailboxes;
}

Result<Kind> parse_kind(ArgumentCursor& in, std::string_view word) {
    if (word == "INBOXES") return Kind::inboxes;
    if (word == "PERSONAL") return Kind::personal;
    if (word == "SUBSCRIBED") return Kind::subscribed;
    if (word == "SUBTREE") return Kind::subtree;
    if (word == "SUBTREE-ONE") return Kind::subtree_one;
    if (word == "MAILBOXES") return Kind::mailboxes;
    return in.error("unknown mailboxes " + std::string(word));
}

/// mailbox, or "(" mailbox *(SP mailbox) ")"
Result<std::vector<std::string>> parse_names(ArgumentCursor& in) {
    std::vector<std::string> names;
    const bool list = in.skip('(');
    for (;;) {
        auto name = in.mailbox();
        if (!name) return name.error();
        names.push_back(std::move(*name));
        if (!list) return names;
        auto last = in.list_end();
        if (!last) return last.error();
        if (*last) return names;
    }
}

bool is_below(std::string_view name, std::string_view parent, bool one_level) {
    if (name == parent) return true;
    if (!name.starts_with(parent) || name[parent.size()] != mail::hierarchy_delimiter) return false;
    return !one_level || name.find(mail::hierarchy_delimiter, parent.size() + 1) == name.npos;
}

bool covers(Session& session, const MailboxAccess* access, const MailboxScope::Source& source,
            const std::string& name) {
    const auto& subscribed = session.account()->subscriptions();
    const auto below = [&](const std::string& parent) {
        return is_below(name, parent, source.kind == Kind::subtree_one);
    };
    switch (source.kind) {
        case Kind::inboxes:
            return name == "INBOX";
        case Kind::personal:
            return access == nullptr || !name.starts_with(access->other_users());
        case Kind::subscribed:
            return std::ranges::find(subscribed, name) != subscribed.end();
        case Kind::subtree:
        case Kind::subtree_one:
            return std::ranges::any_of(source.names, below);
        case Kind::mailboxes:
            return std::ranges::find(source.names, name) != source.names.end();
    }
    return false;
}

}  // namespace

Result<MailboxScope> MailboxScope::parse(ArgumentCursor& in) {
    MailboxScope scope;
    const std::size_t begin = in.mark();
    if (!in.skip_space() || !in.match_keyword("IN")) {
        in.rewind(begin);
        scope.selected = true;
        return scope;
    }
    if (auto space = in.space(); !space) return space.error();
    if (auto open = in.expect('('); !open) return open.error();
    for (;;) {
        // Scope options would stand here in parentheses; there are none.
        auto word = in.keyword();
        if (!word) return word.error();
        if (*word == "SELECTED") {
            scope.selected = true;
        } else {
            auto kind = parse_kind(in, *word);
            if (!kind) return kind.error();
            Source source{*kind, {}};
            if (takes_names(*kind)) {
                if (auto space = in.space(); !space) return space.error();
                auto names = parse_names(in);
                if (!names) return names.error();
                source.names = std::move(*names);
            }
            scope.sources.push_back(std::move(source));
        }
        auto last = in.list_end();
        if (!last) return last.error();
        if (*last) return scope;
    }
}

std::vector<MailboxId> MailboxScope::resolve(Session& session, const MailboxAccess* access) const {
    std::vector<MailboxId> found;
    for (const mail::MailboxInfo& info : session.account()->mailboxes()) {
        const bool wanted = std::ranges::any_of(
            sources, [&](const Source& source) { return covers(session, access, source, info.name); });
        // The only way to a mailbox that asks whether the user may know it.
        if (wanted && session.find_mailbox(info.name)) found.push_back(info.id);
    }
    return found;
}

}  // namespace postern::imap
