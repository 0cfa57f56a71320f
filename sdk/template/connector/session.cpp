#include "session.hpp"

#include <atomic>
#include <set>

#include "postern/smtp/line_ends.hpp"

namespace letterbox {

using namespace postern;
using gateway::Action;
using gateway::ActionResult;
using gateway::Fault;
using gateway::FaultKind;
using gateway::Fetched;
using gateway::FetchPart;
using gateway::FetchRequest;
using gateway::PullPage;
using gateway::PullRequest;
using gateway::RemoteRef;

namespace {

std::uint64_t next_session() {
    static std::atomic<std::uint64_t> last{0};
    return ++last;
}

struct Token {
    std::uint64_t total = 0;
    std::string etag;
};

/// Of a former pull; "" is none, and so is what another connector made.
Token parse_token(const std::string& text) {
    const std::size_t space = text.find(' ');
    if (space == std::string::npos) return {};
    const std::string etag = text.substr(space + 1);
    // RFC 9110 section 8.8.3.
    const bool quoted = etag.size() > 2 && etag.front() == '"' && etag.find('"', 1) == etag.size() - 1;
    for (const char c : etag) {
        if (!quoted || c <= ' ' || c > '~') return {};
    }
    return {std::strtoull(text.c_str(), nullptr, 10), etag};
}

}  // namespace

LetterboxSession::LetterboxSession(std::unique_ptr<HttpLine> line, std::string path,
                                   const gateway::SessionLimits& limits)
    : line_(std::move(line)), path_(std::move(path)), limits_(limits), session_(next_session()) {
    facts_.deletes_at_close = false;
}

RemoteRef LetterboxSession::reference(const std::string& id) {
    const auto [entry, is_new] = number_.try_emplace(id, ids_.size());
    if (is_new) ids_.push_back(id);
    return {session_, entry->second};
}

const std::string* LetterboxSession::id_of(RemoteRef ref) const {
    return ref.session == session_ && ref.number < ids_.size() ? &ids_[ref.number] : nullptr;
}

Outcome<RemoteRef> LetterboxSession::find(const std::string& /*folder*/, const std::string& id) {
    if (!is_id(id)) return Fault(FaultKind::gone, "no id of this server");
    return reference(id);
}

void LetterboxSession::add(const Page& page, std::size_t budget, PullPage& listing) {
    listing.total = page.total;
    for (const Page::Entry& entry : page.entries) {
        if (listing.items.size() >= budget) {
            listing.incomplete_reason = "more messages than the engine takes";
            return;
        }
        gateway::RemoteItem item;
        item.ref = reference(entry.id);
        item.id = entry.id;
        item.size = entry.size;
        listing.items.push_back(std::move(item));
    }
}

Task<Outcome<PullPage>> LetterboxSession::pull(PullRequest request) {
    if (outstanding_) co_return Fault(FaultKind::conflict, "a message is still to be received");
    const Token known = parse_token(request.token);
    const std::size_t budget = std::min<std::size_t>(request.budget, limits_.listing_entries);
    PullPage listing;
    std::string etag;
    std::string query;
    do {
        std::string target = path_ + "/messages" + query;
        // Only the first page can say that all are as they were.
        std::string unless = query.empty() ? known.etag : "";
        auto reply = co_await line_->ask("GET", std::move(target), std::move(unless));
        if (!reply) co_return reply.error();
        if (reply->status == 304 && query.empty() && !known.etag.empty()) {
            listing.unchanged = true;
            listing.total = known.total;
            listing.token = std::move(request.token);
            co_return listing;
        }
        if (reply->status != 200) co_return fault_of(*reply);
        const auto page = parse_page(reply->body);
        if (!page || (page->entries.empty() && !page->next.empty())) {
            line_->fail();
            co_return Fault(FaultKind::protocol_violation, "a page of the listing makes no sense");
        }
        add(*page, budget, listing);
        if (query.empty()) etag = reply->etag;
        // Pages of two states do not add up to a listing of either.
        if (reply->etag != etag) listing.incomplete_reason = "the letterbox changed meanwhile";
        query = page->next.empty() ? "" : "?after=" + page->next;
    } while (!query.empty() && listing.incomplete_reason.empty());
    std::set<std::string_view> ids;
    for (const auto& item : listing.items) ids.insert(item.id);
    if (listing.incomplete_reason.empty() && ids.size() != listing.total)
        listing.incomplete_reason = "the server does not list what it says it has";
    listing.complete = listing.incomplete_reason.empty();
    if (listing.complete && !etag.empty()) listing.token = std::to_string(listing.total) + ' ' + etag;
    co_return listing;
}

Task<Outcome<void>> LetterboxSession::start_fetch(FetchRequest request) {
    const std::string* id = id_of(request.ref);
    if (id == nullptr) co_return Fault(FaultKind::conflict, "a message of another session");
    if (outstanding_) co_return Fault(FaultKind::conflict, "one message at a time");
    if (request.part == FetchPart::header)
        co_return Fault(FaultKind::unsupported, "Letterbox gives whole messages only");
    std::string target = path_ + "/messages/" + *id;
    auto sent = co_await line_->send("GET", std::move(target));
    if (sent) outstanding_ = request;
    co_return sent;
}

Task<Outcome<Fetched>> LetterboxSession::receive() {
    if (!outstanding_) co_return Fault(FaultKind::conflict, "nothing was asked for");
    const FetchRequest request = *outstanding_;
    outstanding_.reset();
    auto reply = co_await line_->receive(limits_.message_octets);
    if (!reply) co_return reply.error();
    if (reply->status != 200) co_return fault_of(*reply);
    Fetched fetched;
    fetched.ref = request.ref;
    fetched.normalised = smtp::has_bare_line_ends(reply->body);
    if (fetched.normalised) reply->body = smtp::with_line_ends(reply->body);
    fetched.content = std::make_shared<const std::string>(std::move(reply->body));
    co_return fetched;
}

Task<Outcome<std::vector<ActionResult>>> LetterboxSession::push(std::vector<Action> actions) {
    if (outstanding_) co_return Fault(FaultKind::conflict, "a message is still to be received");
    std::vector<ActionResult> results(actions.size());
    for (std::size_t i = 0; i < actions.size(); ++i) {
        const std::string* id = id_of(actions[i].ref);
        if (actions[i].kind != Action::Kind::remove) {
            results[i].fault = Fault(FaultKind::unsupported, "Letterbox can only delete");
        } else if (id == nullptr) {
            results[i].fault = Fault(FaultKind::conflict, "a message of another session");
        } else {
            std::string target = path_ + "/messages/" + *id;
            auto reply = co_await line_->ask("DELETE", std::move(target));
            // Whether it was done is not known: the next listing tells.
            if (!reply) co_return reply.error();
            if (reply->status != 204) results[i].fault = fault_of(*reply);
        }
    }
    co_return results;
}

Task<Outcome<void>> LetterboxSession::close(CloseMode /*mode*/) {
    // What was deleted is deleted: there is nothing to commit.
    co_await line_->shutdown();
    co_return Outcome<void>{};
}

Result<void> LetterboxSession::move_to(Executor executor) {
    return line_->connection().move_to(std::move(executor));
}

}  // namespace letterbox
