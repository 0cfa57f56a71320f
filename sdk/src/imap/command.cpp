#include "postern/imap/command.hpp"

namespace postern::imap {

StoredCommand::StoredCommand(const Command& c)
    : tag_(c.tag), text_(c.text), literals_(c.literals.begin(), c.literals.end()) {}

}  // namespace postern::imap
