#include "connector-imap/folders.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "postern/imap/lexical.hpp"
#include "postern/imap/modified_utf7.hpp"

namespace postern::imap_client {

namespace {

// RFC 6154 section 2.
constexpr std::array<std::string_view, 7> roles = {"\\All",  "\\Archive", "\\Drafts", "\\Flagged",
                                                   "\\Junk", "\\Sent",    "\\Trash"};

std::string role_of(const ListData& entry) {
    for (const auto role : roles) {
        for (const auto& attribute : entry.attributes) {
            if (imap::equals_ignore_case(attribute, role)) return std::string(role);
        }
    }
    return {};
}

}  // namespace

std::string canonical_name(std::string name) {
    return imap::equals_ignore_case(name, "INBOX") ? "INBOX" : name;
}

std::string quoted_name(std::string_view wire_name) {
    std::string out = "\"";
    for (const char c : wire_name) {
        if (c == '"' || c == '\\') out += '\\';
        // What cannot stand in a quoted string is not sent: the server says that there is no such mailbox.
        if (c != '\r' && c != '\n' && c != '\0') out += c;
    }
    return out + '"';
}

std::string readable_name(std::string_view wire_part) {
    auto decoded = imap::decode_modified_utf7(wire_part);
    return decoded ? std::move(*decoded) : std::string(wire_part);
}

bool FolderTree::is_foreign(const std::string& name) const {
    return std::any_of(namespaces_.others.begin(), namespaces_.others.end(), [&](const std::string& prefix) {
        return name.starts_with(prefix) || name + delimiter_ == prefix;
    });
}

std::size_t FolderTree::own_part(const std::string& name) const {
    return name.starts_with(namespaces_.prefix) ? namespaces_.prefix.size() : 0;
}

std::string FolderTree::parent_of(const std::string& name) const {
    if (delimiter_ == 0) return {};
    const std::size_t begin = own_part(name);
    const std::size_t end = name.rfind(delimiter_);
    if (end == std::string::npos || end <= begin || end == 0) return {};
    return canonical_name(name.substr(0, end));
}

void FolderTree::add(const ListData& entry) {
    if (delimiter_ == 0) delimiter_ = entry.delimiter;
    std::string id = canonical_name(entry.name);
    // "Work/" is the directory "Work" to some servers.
    if (id.size() > 1 && delimiter_ != 0 && id.back() == delimiter_) id.pop_back();
    if (is_foreign(id)) return;
    gateway::RemoteFolder folder;
    folder.role = role_of(entry);
    folder.selectable = !entry.has("\\noselect") && !entry.has("\\nonexistent");
    folder.id = std::move(id);
    found_.push_back(std::move(folder));
}

std::vector<gateway::RemoteFolder> FolderTree::folders() const {
    std::vector<gateway::RemoteFolder> out = found_;
    std::set<std::string> known;
    for (const auto& folder : found_) known.insert(folder.id);
    for (const auto& folder : found_) {
        for (std::string parent = parent_of(folder.id); !parent.empty(); parent = parent_of(parent)) {
            if (!known.insert(parent).second) continue;
            gateway::RemoteFolder made;
            made.id = parent;
            made.selectable = false;
            out.push_back(std::move(made));
        }
    }
    for (auto& folder : out) {
        folder.parent = parent_of(folder.id);
        std::size_t begin = folder.parent.empty() ? own_part(folder.id) : folder.parent.size() + 1;
        if (begin >= folder.id.size()) begin = 0;
        folder.name = readable_name(std::string_view(folder.id).substr(begin));
    }
    // A parent's name is the beginning of its children's.
    std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
    const auto twin =
        std::unique(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.id == b.id; });
    out.erase(twin, out.end());
    return out;
}

std::optional<std::string> FolderTree::compose(const std::string& parent, const std::string& name) const {
    auto encoded = imap::encode_modified_utf7(name);
    if (!encoded || encoded->empty()) return std::nullopt;
    if (delimiter_ != 0 && encoded->find(delimiter_) != std::string::npos) return std::nullopt;
    if (parent.empty()) return namespaces_.prefix + *encoded;
    if (delimiter_ == 0) return std::nullopt;
    return parent + delimiter_ + *encoded;
}

}  // namespace postern::imap_client
