#pragma once
#include <string>
#include <vector>

#include "postern/imap/ext/list_option.hpp"

namespace postern::imap {

/// Writes what became of a name (RFC 5465 section 5.4): "* LIST (\HasNoChildren) "/" New ("OLDNAME" ("Old"))". Names that the
/// user may not know of are told as \NonExistent.
void write_list_line(Session& session, const std::vector<MailboxAttributes*>& attributes,
                     const std::string& name, const std::string& old_name);

}  // namespace postern::imap
