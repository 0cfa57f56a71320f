#include "commands/commands.hpp"

namespace postern::imap {

std::vector<NamedCommand> make_commands(Server& server) {
    std::vector<NamedCommand> all;
    const auto add = [&](std::string name, std::unique_ptr<CommandHandler> handler) {
        all.push_back({std::move(name), std::move(handler)});
    };
    add("CAPABILITY", make_capability());
    add("NOOP", make_noop());
    add("LOGOUT", make_logout());
    add("STARTTLS", make_starttls());
    add("AUTHENTICATE", make_authenticate());
    add("LOGIN", make_login(server));
    add("SELECT", make_select(false));
    add("EXAMINE", make_select(true));
    add("CREATE", make_create());
    add("DELETE", make_delete());
    add("RENAME", make_rename());
    add("SUBSCRIBE", make_subscribe(true));
    add("UNSUBSCRIBE", make_subscribe(false));
    add("LIST", make_list());
    add("LSUB", make_lsub());
    add("STATUS", make_status());
    add("APPEND", make_append());
    add("CHECK", make_check());
    add("CLOSE", make_close());
    add("EXPUNGE", make_expunge());
    add("SEARCH", make_search());
    add("FETCH", make_fetch());
    add("STORE", make_store());
    add("COPY", make_copy());
    return all;
}

Result<std::string> parse_one_mailbox(ArgumentCursor& in) {
    auto space = in.space();
    if (!space) return space.error();
    auto name = in.mailbox();
    if (!name) return name.error();
    auto end = in.end();
    if (!end) return end.error();
    return name;
}

}  // namespace postern::imap
