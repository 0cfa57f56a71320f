#pragma once
// Reads what authorised URLs lead to, in whosever account it is (RFC 4467 section 6).
#include <optional>
#include <string>

#include "access_rules.hpp"
#include "postern/imap/ext/session.hpp"
#include "postern/imap/url_content.hpp"

namespace postern::imap {

/// The answer for one URL.
struct FetchedUrl {
    std::string octets;
    bool undecodable = false;
    std::string structure;  ///< of the part, as on the wire, if it was asked for
};

class UrlFetcher {
public:
    explicit UrlFetcher(const AccessRules& rules) : rules_(rules) {}
    void set_service(mail::MailService* service) { service_ = service; }

    /// Not set: the URL is not valid, or not for this user. An error: it cannot be said now.
    Task<Result<std::optional<FetchedUrl>>> fetch(Session* session, std::string url, UrlForm form,
                                                  bool with_structure) const;

private:
    using Answer = Result<std::optional<FetchedUrl>>;
    struct Request {
        std::string text;
        ImapUrl url;
        AccountId owner{};
        UrlForm form = UrlForm::stored;
        bool with_structure = false;
        std::uint64_t limit = 0;
    };
    struct Reply;
    /// On the owner's core.
    static Task<Answer> look_up(mail::MailService* service, Request request);
    static Task<void> look_up_there(mail::MailService* service, Request request, std::shared_ptr<Reply> reply,
                                    Executor home);
    Task<Answer> ask_owner(Session* session, Request request) const;

    const AccessRules& rules_;
    mail::MailService* service_ = nullptr;
};

}  // namespace postern::imap
