#pragma once
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "postern/imap/ext/select_parameter.hpp"
#include "postern/imap/ext/session.hpp"

namespace postern::imap {

/// What the operator decides.
struct MetadataSettings {
    std::size_t max_size = 64 * 1024;  ///< octets of a value; at least 1,024 (RFC 5464 section 4.1)
    std::size_t max_entries = 100;     ///< of a mailbox, and of an account beside its mailboxes; at least 10
    /// Entries of the server that everybody reads and nobody writes: "/shared/comment", "/shared/admin".
    std::map<std::string, std::string> server;
};

/// What the annotations in one command are of: a mailbox, or the server, whose private entries an account keeps.
struct AnnotationTarget {
    std::string name;  ///< as in the command, "" for the server
    MailboxId mailbox{};
};

/// Finds the mailbox; errors as Session::find_mailbox().
Result<AnnotationTarget> find_target(Session& session, std::string name);

/// An entry that a command may set: with at least two components, of a vendor four (section 3.2). protocol_violation
/// otherwise.
Result<void> check_settable(std::string_view entry);

}  // namespace postern::imap
