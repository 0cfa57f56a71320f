#pragma once
// What a server says it can do (RFC 3501 section 7.2.1).
#include <set>
#include <string>
#include <string_view>

namespace postern::imap_client {

class Capabilities {
public:
    /// The words of a CAPABILITY response or response code.
    static Capabilities parse(std::string_view words);

    bool known() const { return !names_.empty(); }
    /// In upper case.
    bool has(std::string_view name) const { return names_.contains(name); }
    /// "AUTH=" this.
    bool has_mechanism(std::string_view name) const;
    /// For servers that announce what they do badly.
    void remove(std::string_view name);

    bool qresync() const { return has("QRESYNC"); }
    bool condstore() const { return has("CONDSTORE") || qresync(); }
    bool uidplus() const { return has("UIDPLUS") || has("IMAP4REV2"); }
    bool move() const { return has("MOVE") || has("IMAP4REV2"); }
    bool idle() const { return has("IDLE") || has("IMAP4REV2"); }
    bool esearch() const { return has("ESEARCH") || has("IMAP4REV2"); }
    bool literal_plus() const { return has("LITERAL+"); }
    bool list_status() const { return has("LIST-STATUS") || has("IMAP4REV2"); }
    bool list_extended() const { return has("LIST-EXTENDED") || has("IMAP4REV2"); }
    bool special_use() const { return has("SPECIAL-USE"); }

private:
    std::set<std::string, std::less<>> names_;
};

}  // namespace postern::imap_client
