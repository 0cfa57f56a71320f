// Messages whole or their headers, several at a time on the way. PEEK: that the gateway fetched it does not make it seen.
#include "connector-imap/refusal.hpp"
#include "connector-imap/session.hpp"

namespace postern::imap_client {

using gateway::Fault;
using gateway::FaultKind;
using gateway::Fetched;
using gateway::FetchPart;
using gateway::FetchRequest;

namespace {

/// A message whose lines do not all end with CRLF, so that they do. False if there is nothing to do.
bool normalise(std::string& text) {
    std::size_t bare = 0;
    for (std::size_t at = text.find('\n'); at != std::string::npos; at = text.find('\n', at + 1)) {
        if (at == 0 || text[at - 1] != '\r') ++bare;
    }
    if (bare == 0) return false;
    std::string out;
    out.reserve(text.size() + bare);
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\n' && (i == 0 || text[i - 1] != '\r')) out += '\r';
        out += text[i];
    }
    text = std::move(out);
    return true;
}

}  // namespace

std::size_t ImapSession::fetch_window() const {
    return wire_->limits().fetch_window;
}

std::string ImapSession::fetch_command(FetchRequest request) const {
    std::string command = "UID FETCH " + std::to_string(uid_of(request.ref));
    return command + (request.part == FetchPart::header ? " (UID BODY.PEEK[HEADER])" : " (UID BODY.PEEK[])");
}

Task<Outcome<void>> ImapSession::start_fetch(FetchRequest request) {
    if (!belongs(request.ref)) co_return Fault(FaultKind::conflict, "a message of another session");
    if (outstanding_.size() >= fetch_window()) co_return Fault(FaultKind::conflict, "too many fetches");
    const std::size_t folder = folder_of(request.ref);
    if (!outstanding_.empty() && selected_->folder != folder) {
        co_return Fault(FaultKind::conflict, "messages of another folder are still to be received");
    }
    auto opened = co_await open_folder(folder);
    if (!opened) co_return opened.error();
    CommandText command;
    command.text = fetch_command(request);
    auto tag = co_await wire_->send(std::move(command));
    if (!tag) co_return tag.error();
    OutstandingFetch fetch;
    fetch.request = request;
    fetch.tag = std::move(*tag);
    outstanding_.push_back(std::move(fetch));
    co_return Outcome<void>{};
}

// Servers may run commands that do not depend on each other side by side (RFC 3501 section 5.5): what comes may be the
// answer to a later one.
Task<Outcome<void>> ImapSession::finish_fetch(OutstandingFetch* fetch) {
    const Soliciting soliciting(soliciting_);
    Taker taker = [this, fetch](Response& response) {
        const auto head = parse_head(response);
        if (!head || head->name != "FETCH") return true;
        auto data = parse_fetch(response, *head);
        if (!data) return false;
        if (!data->has_body) return true;
        OutstandingFetch* meant = uid_of(fetch->request.ref) == data->uid && !fetch->told ? fetch : nullptr;
        for (auto& later : outstanding_) {
            if (meant == nullptr && uid_of(later.request.ref) == data->uid && !later.told) meant = &later;
        }
        if (meant == nullptr) return true;
        meant->told = true;
        if (data->body) meant->body = std::move(*data->body);
        return true;
    };
    auto status = co_await wire_->finish(fetch->tag, std::move(taker));
    if (!status) co_return status.error();
    if (!status->ok()) co_return classify_refusal("FETCH", *status, FaultKind::transient);
    if (!fetch->told) co_return Fault(FaultKind::gone, "the message is not there any more");
    co_return Outcome<void>{};
}

Task<Outcome<Fetched>> ImapSession::receive() {
    if (outstanding_.empty()) co_return Fault(FaultKind::conflict, "nothing was asked for");
    OutstandingFetch fetch = std::move(outstanding_.front());
    outstanding_.pop_front();
    auto finished = co_await finish_fetch(&fetch);
    if (!finished) co_return finished.error();
    std::optional<std::string> body = std::move(fetch.body);
    const auto& limits = wire_->limits();
    const bool header = fetch.request.part == FetchPart::header;
    const bool has_text = body && !body->empty();
    if (!has_text && fetch.request.expected_size.value_or(1) > 0) {
        // Said to be there, listed with a size, and no octet of it: the server cannot read it just now.
        co_return Fault(FaultKind::transient, "the server gives no text of the message");
    }
    if (body && body->size() > (header ? limits.header_octets : limits.message_octets)) {
        co_return Fault(FaultKind::permanent, "the message is larger than the limit");
    }
    Fetched fetched;
    fetched.ref = fetch.request.ref;
    std::string text = std::move(body).value_or(std::string());
    fetched.normalised = normalise(text);
    fetched.content = std::make_shared<const std::string>(std::move(text));
    co_return fetched;
}

}  // namespace postern::imap_client
