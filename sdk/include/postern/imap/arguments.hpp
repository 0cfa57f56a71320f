#pragma once
// Arguments of the commands whose syntax extensions widen generically: STORE, STATUS, LIST, and commands with a mailbox
// and parameters (RFC 3501 section 6, RFC 4466, RFC 5258).
#include <cstdint>
#include <string>
#include <vector>

#include "postern/export.hpp"
#include "postern/imap/argument_cursor.hpp"

namespace postern::imap {

enum class StoreMode : std::uint8_t { replace, add, remove };

/// "STORE 2:4 (MODIFIER 5) +FLAGS.SILENT (\Deleted)"
struct StoreArguments {
    SequenceSet set;
    std::vector<Parameter> modifiers;
    StoreMode mode = StoreMode::replace;
    std::string item;  ///< upper case, without sign and ".SILENT": "FLAGS", or an extension's
    bool silent = false;
    Flags flags;            ///< if item is "FLAGS"
    std::size_t begin = 0;  ///< of the value in the command's text: for another item's owner to parse
};
POSTERN_SDK Result<StoreArguments> parse_store(ArgumentCursor& in);

/// "STATUS box (MESSAGES UNSEEN)"
struct StatusArguments {
    std::string mailbox;             ///< UTF-8
    std::vector<std::string> items;  ///< upper case
};
POSTERN_SDK Result<StatusArguments> parse_status(ArgumentCursor& in);

/// "LIST (SELECTION) reference (pattern pattern) RETURN (OPTION (value))"
struct ListArguments {
    bool extended = false;  ///< any syntax of RFC 5258 was used
    std::vector<Parameter> selection;
    std::string reference;              ///< UTF-8
    std::vector<std::string> patterns;  ///< UTF-8, at least one
    bool has_return = false;
    std::vector<Parameter> returns;
};
POSTERN_SDK Result<ListArguments> parse_list(ArgumentCursor& in);

/// "SELECT box (NAME NAME (value))", also EXAMINE and CREATE: a mailbox, then optional parameters.
struct MailboxArguments {
    std::string mailbox;  ///< UTF-8
    std::vector<Parameter> parameters;
};
POSTERN_SDK Result<MailboxArguments> parse_mailbox_arguments(ArgumentCursor& in);

}  // namespace postern::imap
