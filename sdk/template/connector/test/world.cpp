#include "world.hpp"

#include <algorithm>

#include "postern/encoding/base64.hpp"

namespace letterbox::test {

using postern::testkit::Peer;

namespace {

constexpr std::size_t page_size = 100;

std::string http(const std::string& status, const std::string& body = "", const std::string& fields = "") {
    const bool bare = status.starts_with("204") || status.starts_with("304");
    const std::string length = bare ? "" : "Content-Length: " + std::to_string(body.size()) + "\r\n";
    return "HTTP/1.1 " + status + "\r\n" + fields + length + "\r\n" + body;
}

std::string field(const std::string& header, const std::string& name) {
    const std::string start = "\r\n" + name + ": ";
    const std::size_t at = header.find(start);
    if (at == std::string::npos) return "";
    const std::size_t begin = at + start.size();
    return header.substr(begin, header.find("\r\n", begin) - begin);
}

class LetterboxPeer final : public Peer {
public:
    explicit LetterboxPeer(LetterboxWorld& world) : world_(world) {}

    std::string answer(std::string_view octets) override {
        std::string out;
        input_.append(octets);
        // No request of the API has a body.
        for (auto end = input_.find("\r\n\r\n"); end != std::string::npos; end = input_.find("\r\n\r\n")) {
            const std::string request = input_.substr(0, end + 2);
            input_.erase(0, end + 4);
            const std::size_t method = request.find(' ');
            const std::size_t target = request.find(' ', method + 1);
            if (target == std::string::npos) return http("400 Bad Request");
            out += world_.reply(request.substr(0, method), request.substr(method + 1, target - method - 1),
                                request.substr(request.find("\r\n")));
        }
        return out;
    }

private:
    LetterboxWorld& world_;
    std::string input_;
};

}  // namespace

LetterboxWorld::LetterboxWorld() {
    static int made = 0;
    mailbox_ = ++made;
}

std::unique_ptr<Peer> LetterboxWorld::accept() {
    return std::make_unique<LetterboxPeer>(*this);
}

void LetterboxWorld::deliver(std::string content) {
    messages_.push_back({"m" + std::to_string(++last_id_), std::move(content)});
    ++state_;
}

void LetterboxWorld::withdraw(std::size_t index) {
    messages_.erase(messages_.begin() + static_cast<std::ptrdiff_t>(index));
    ++state_;
}

std::vector<std::string> LetterboxWorld::contents() const {
    std::vector<std::string> out;
    for (const Message& message : messages_) out.push_back(message.content);
    return out;
}

bool LetterboxWorld::set_mood(Mood mood) {
    mood_ = mood;
    return true;
}

std::string LetterboxWorld::etag() const {
    return '"' + std::to_string(mailbox_) + '-' + std::to_string(state_) + '"';
}

std::vector<LetterboxWorld::Message>::iterator LetterboxWorld::find(const std::string& id) {
    return std::find_if(messages_.begin(), messages_.end(), [&id](const Message& m) { return m.id == id; });
}

std::string LetterboxWorld::listing(const std::string& after) const {
    std::string body = "{\"total\": " + std::to_string(messages_.size()) + ", \"messages\": [";
    auto message = messages_.begin();
    if (!after.empty()) {
        while (message != messages_.end() && message->id != after) ++message;
        if (message != messages_.end()) ++message;
    }
    std::string last;
    for (std::size_t count = 0; message != messages_.end() && count < page_size; ++count, ++message) {
        if (count > 0) body += ", ";
        body +=
            "{\"id\": \"" + message->id + "\", \"size\": " + std::to_string(message->content.size()) + '}';
        last = message->id;
    }
    body += ']';
    if (message != messages_.end()) body += ", \"next\": \"" + last + '"';
    return body + '}';
}

std::string LetterboxWorld::reply(const std::string& method, const std::string& target,
                                  const std::string& header) {
    const auto right = credential();
    const std::string proof = "Basic " + postern::encode_base64(right.login + ':' + right.secret);
    if (mood_ == Mood::busy) return http("429 Too Many Requests", "", "Retry-After: 30\r\n");
    if (mood_ == Mood::failing) return http("503 Service Unavailable");
    if (field(header, "Authorization") != proof) return http("401 Unauthorized");
    if (target == "/v1/account") return http("200 OK", "{}");
    const std::string list = "/v1/messages";
    if (target == list && field(header, "If-None-Match") == etag())
        return http("304 Not Modified", "", "ETag: " + etag() + "\r\n");
    if (target == list) return http("200 OK", listing(""), "ETag: " + etag() + "\r\n");
    const std::string more = list + "?after=";
    if (target.starts_with(more))
        return http("200 OK", listing(target.substr(more.size())), "ETag: " + etag() + "\r\n");
    if (!target.starts_with(list + '/')) return http("404 Not Found");
    const auto message = find(target.substr(list.size() + 1));
    if (message == messages_.end()) return http("404 Not Found");
    if (method == "GET") return http("200 OK", message->content);
    if (method != "DELETE") return http("405 Method Not Allowed");
    messages_.erase(message);
    ++state_;
    return http("204 No Content");
}

}  // namespace letterbox::test
