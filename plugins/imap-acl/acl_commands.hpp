#pragma once
#include <memory>
#include <string>
#include <vector>

#include "acl_store.hpp"
#include "postern/imap/ext/command_handler.hpp"

namespace postern::imap {

struct NamedAclCommand {
    std::string name;
    std::unique_ptr<CommandHandler> handler;
};

/// SETACL, DELETEACL, GETACL, LISTRIGHTS, MYRIGHTS (RFC 4314 section 3).
std::vector<NamedAclCommand> make_acl_commands(const AclStore& store);

}  // namespace postern::imap
