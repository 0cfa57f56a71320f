#include "stored_environment.hpp"

namespace postern::sieve {

std::string StoredEnvironment::address_of(const std::string& login) const {
    return login.find('@') == std::string::npos && !domain_.empty() ? login + '@' + domain_ : login;
}

/// RFC 6785 section 4
std::optional<std::string> StoredEnvironment::item(std::string_view name) const {
    if (name == "location") return "MS";
    if (name == "phase") return "post";
    if (name == "domain") return domain_;
    if (name == "imap.cause" && !request_.event.empty()) return request_.event;
    if (name == "imap.user") return request_.user;
    if (name == "imap.email") return request_.user.empty() ? "" : address_of(request_.user);
    if (name == "imap.mailbox") return mailbox_;
    if (name == "imap.changedflags") {
        std::string out;
        for (const std::string& flag : *changed_flags_) out += (out.empty() ? "" : " ") + flag;
        return out;
    }
    return AccountEnvironment::item(name);
}

}  // namespace postern::sieve
