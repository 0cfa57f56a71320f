#pragma once
// The names of mailboxes: from the wire (modified UTF-7, a delimiter, a namespace) to a tree of names in UTF-8, and back.
#include <optional>
#include <string>
#include <vector>

#include "connector-imap/responses.hpp"
#include "postern/gateway/remote.hpp"

namespace postern::imap_client {

/// "INBOX" in any case is INBOX.
std::string canonical_name(std::string name);
/// As a quoted string of a command.
std::string quoted_name(std::string_view wire_name);
/// UTF-8 for people; what is no modified UTF-7 stays as it is.
std::string readable_name(std::string_view wire_part);

class FolderTree {
public:
    explicit FolderTree(Namespaces namespaces) : namespaces_(std::move(namespaces)) {}

    /// An element of LIST. Others' mailboxes are left out.
    void add(const ListData& entry);
    /// Parents before children. Those that were not listed and yet have children are there, not selectable.
    std::vector<gateway::RemoteFolder> folders() const;
    char delimiter() const { return delimiter_; }

    /// The name on the wire of a folder to be made; nullopt if the server cannot have it.
    std::optional<std::string> compose(const std::string& parent, const std::string& name) const;

private:
    bool is_foreign(const std::string& name) const;
    /// Where the part after the personal prefix begins.
    std::size_t own_part(const std::string& name) const;
    std::string parent_of(const std::string& name) const;

    Namespaces namespaces_;
    char delimiter_ = 0;
    std::vector<gateway::RemoteFolder> found_;
};

}  // namespace postern::imap_client
