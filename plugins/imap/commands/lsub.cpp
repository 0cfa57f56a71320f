// LSUB (RFC 3501 section 6.3.9): subscribed names. A name that is not subscribed itself but has subscribed names below
// is told as \Noselect if the pattern with "%" ends at it.
#include <algorithm>

#include "commands/commands.hpp"
#include "mailbox_tree.hpp"
#include "postern/imap/mailbox_name.hpp"

namespace postern::imap {

namespace {

struct LsubName {
    std::string name;
    bool subscribed = true;
};

/// Subscribed names and their parents, in order.
std::vector<LsubName> names_of(const mail::Account& account) {
    std::vector<LsubName> names;
    for (const std::string& name : account.subscriptions()) {
        names.push_back({is_inbox(name) ? "INBOX" : name, true});
        for (auto end = name.rfind(mail::hierarchy_delimiter); end != std::string::npos && end > 0;
             end = name.rfind(mail::hierarchy_delimiter, end - 1)) {
            names.push_back({name.substr(0, end), false});
        }
    }
    const auto key = [](const LsubName& n) {
        return std::make_pair(std::string_view(n.name), !n.subscribed);
    };
    std::ranges::sort(names, {}, key);
    const auto repeated = std::ranges::unique(names, {}, &LsubName::name);
    names.erase(repeated.begin(), repeated.end());
    return names;
}

class LsubCommand final : public CommandHandler {
public:
    CommandTraits traits() const override { return {}; }

    Task<CommandResult> run(CommandContext* context) override {
        Session& session = context->session;
        auto pattern = parse(context->args);
        if (!pattern) co_return CommandResult::failed(pattern.error());
        const std::vector<std::string> patterns(1, pattern->pattern);
        const PatternSet matcher(pattern->reference, patterns);
        // "*" reaches the subscribed names themselves; only "%" can stop short of them.
        const bool may_stop = pattern->pattern.ends_with('%');
        for (const LsubName& name : names_of(*session.account())) {
            if (!matcher.matches(name.name) || (!name.subscribed && !may_stop)) continue;
            ResponseWriter out = session.writer();
            out.untagged().atom("LSUB").open();
            if (!name.subscribed) out.atom("\\Noselect");
            out.close().quoted("/").mailbox(name.name).end_line();
        }
        co_return CommandResult::ok("LSUB completed");
    }

private:
    struct Pattern {
        std::string reference;
        std::string pattern;
    };
    static Result<Pattern> parse(ArgumentCursor& in) {
        auto space = in.space();
        if (!space) return space.error();
        auto reference = in.mailbox();
        if (!reference) return reference.error();
        auto second = in.space();
        if (!second) return second.error();
        auto pattern = in.list_mailbox();
        if (!pattern) return pattern.error();
        auto end = in.end();
        if (!end) return end.error();
        auto decoded = mailbox_from_wire(*pattern, in.features().utf8_mailbox_names);
        if (!decoded) return decoded.error();
        return Pattern{std::move(*reference), std::move(*decoded)};
    }
};

}  // namespace

std::unique_ptr<CommandHandler> make_lsub() {
    return std::make_unique<LsubCommand>();
}

}  // namespace postern::imap
