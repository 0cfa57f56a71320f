#pragma once
// The commands of RFC 3501, one file each.
#include <memory>
#include <string>
#include <vector>

#include "postern/imap/ext/command_handler.hpp"

namespace postern::imap {

class Server;

std::unique_ptr<CommandHandler> make_capability();
std::unique_ptr<CommandHandler> make_noop();
std::unique_ptr<CommandHandler> make_check();
std::unique_ptr<CommandHandler> make_logout();
std::unique_ptr<CommandHandler> make_starttls();
std::unique_ptr<CommandHandler> make_authenticate();
std::unique_ptr<CommandHandler> make_login(Server& server);
std::unique_ptr<CommandHandler> make_select(bool read_only);
std::unique_ptr<CommandHandler> make_create();
std::unique_ptr<CommandHandler> make_delete();
std::unique_ptr<CommandHandler> make_rename();
std::unique_ptr<CommandHandler> make_subscribe(bool subscribe);
std::unique_ptr<CommandHandler> make_list();
std::unique_ptr<CommandHandler> make_lsub();
std::unique_ptr<CommandHandler> make_status();
std::unique_ptr<CommandHandler> make_append();
std::unique_ptr<CommandHandler> make_close();
std::unique_ptr<CommandHandler> make_expunge();
std::unique_ptr<CommandHandler> make_search();
std::unique_ptr<CommandHandler> make_fetch();
std::unique_ptr<CommandHandler> make_store();
std::unique_ptr<CommandHandler> make_copy();

struct NamedCommand {
    std::string name;
    std::unique_ptr<CommandHandler> handler;
};
/// All of them.
std::vector<NamedCommand> make_commands(Server& server);

/// SP mailbox, and nothing after it.
Result<std::string> parse_one_mailbox(ArgumentCursor& in);

}  // namespace postern::imap
