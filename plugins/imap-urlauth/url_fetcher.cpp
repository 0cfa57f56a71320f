#include "url_fetcher.hpp"

#include <boost/asio/post.hpp>

#include "part_structure.hpp"
#include "postern/imap/authorised_url.hpp"
#include "postern/imap/ext/engine.hpp"
#include "postern/imap/url_token.hpp"
#include "postern/runtime/event.hpp"

namespace postern::imap {

/// On the asking session's core.
struct UrlFetcher::Reply {
    explicit Reply(Executor executor) : arrived(std::move(executor)) {}
    Event arrived;
    std::optional<Answer> answer;
};

Task<UrlFetcher::Answer> UrlFetcher::look_up(mail::MailService* service, Request request) {
    const std::vector<std::uint32_t> path =
        request.url.section ? request.url.section->part : std::vector<std::uint32_t>();
    auto found = co_await read_authorised_url(service, request.owner, std::move(request.text),
                                              std::move(request.url), request.form, request.limit);
    if (!found) co_return found.error();
    if (!*found) co_return std::optional<FetchedUrl>();
    UrlContent* content = &**found;
    FetchedUrl fetched;
    if (request.with_structure) {
        const bool decoded = request.form == UrlForm::decoded && !content->undecodable;
        fetched.structure = part_structure(content->message->record, path,
                                           decoded ? std::optional(content->octets.size()) : std::nullopt);
    }
    fetched.octets = std::move(content->octets);
    fetched.undecodable = content->undecodable;
    co_return std::optional<FetchedUrl>(std::move(fetched));
}

Task<void> UrlFetcher::look_up_there(mail::MailService* service, Request request,
                                     std::shared_ptr<Reply> reply, Executor home) {
    auto answer = co_await look_up(service, std::move(request));
    boost::asio::post(home, [reply = std::move(reply), answer = std::move(answer)]() mutable {
        reply->answer = std::move(answer);
        reply->arrived.notify();
    });
}

Task<UrlFetcher::Answer> UrlFetcher::ask_owner(Session* session, Request request) const {
    Runtime& runtime = session->runtime();
    const Executor home = session->connection().executor();
    auto reply = std::make_shared<Reply>(home);
    const Executor there = runtime.core_of(value_of(request.owner));
    runtime.spawn(there, "imap urlfetch", look_up_there(service_, std::move(request), reply, home));
    while (!reply->answer && !runtime.stopping()) co_await reply->arrived.wait();
    if (!reply->answer) co_return Error(Errc::cancelled, "the server is stopping");
    co_return std::move(*reply->answer);
}

Task<UrlFetcher::Answer> UrlFetcher::fetch(Session* session, std::string text, UrlForm form,
                                           bool with_structure) const {
    Request request;
    auto url = parse_imap_url(text);
    if (!url || url->mechanism != internal_mechanism) co_return std::optional<FetchedUrl>();
    if (url->expires && *url->expires < service_->now()) co_return std::optional<FetchedUrl>();
    if (!rules_.permits(*url->access, session->identity()->login)) co_return std::optional<FetchedUrl>();
    auto owner = co_await service_->find_account(url->user);
    if (!owner) {
        if (owner.error().code != Errc::not_found) co_return owner.error();
        pretend_to_authorise(*url, text);
        co_return std::optional<FetchedUrl>();
    }
    request.owner = owner->id;
    request.text = std::move(text);
    request.url = std::move(*url);
    request.form = form;
    request.with_structure = with_structure;
    request.limit = session->engine().append_limit();
    auto answer = co_await ask_owner(session, std::move(request));
    co_return answer;
}

}  // namespace postern::imap
