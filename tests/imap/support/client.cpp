#include "tests/imap/support/client.hpp"

#include <gtest/gtest.h>

namespace postern::imap::test {

namespace {
std::string without_line_end(const std::string& raw) {
    return raw.ends_with("\r\n") ? raw.substr(0, raw.size() - 2) : raw;
}

/// Where the octets after a synchronising literal's announcement begin; npos if there is none from `begin` on.
std::size_t end_of_announcement(std::string_view text, std::size_t begin) {
    for (auto end = text.find("}\r\n", begin); end != text.npos; end = text.find("}\r\n", end + 1)) {
        const auto open = text.rfind('{', end);
        if (open == text.npos || open + 1 == end) continue;
        if (text.substr(open + 1, end - open - 1).find_first_not_of("0123456789") == text.npos)
            return end + 3;
    }
    return text.npos;
}
}  // namespace

std::string literal(std::string_view octets, std::string_view prefix) {
    return std::string(prefix) + "{" + std::to_string(octets.size()) + "}\r\n" + std::string(octets);
}

std::vector<std::string> Reply::lines() const {
    std::vector<std::string> all;
    for (const auto& response : untagged) all.push_back(without_line_end(response.raw));
    return all;
}

std::vector<std::string> Reply::lines(std::string_view name) const {
    std::vector<std::string> some;
    for (const auto& response : untagged) {
        if (response.name == name) some.push_back(without_line_end(response.raw));
    }
    return some;
}

std::string Reply::text() const {
    std::string all;
    for (const std::string& line : lines()) all += line + "\n";
    return all;
}

void Client::receive() {
    pipe_->notify();
    runtime_.settle();
}

void Client::send(std::string_view octets) {
    pipe_->to_server.append(octets);
    receive();
}

std::string Client::take() {
    std::string all;
    while (!pipe_->to_client.empty()) {
        all += pipe_->to_client;
        pipe_->to_client.clear();
        receive();
    }
    return all;
}

std::vector<testkit::ImapResponse> Client::responses() {
    std::vector<testkit::ImapResponse> all;
    parser_.feed(take());
    while (auto response = parser_.next()) {
        EXPECT_EQ(response->malformed, "") << response->raw;
        if (response->kind == testkit::ImapResponse::Kind::untagged) view.apply(*response);
        all.push_back(std::move(*response));
    }
    return all;
}

Reply Client::command(std::string_view text) {
    const std::string tag = "a" + std::to_string(next_tag_++);
    const std::string whole = tag + " " + std::string(text) + "\r\n";
    if (text.starts_with("SELECT") || text.starts_with("EXAMINE")) view.select();
    Reply reply;
    std::size_t sent = 0;
    while (reply.tagged.name.empty()) {
        const std::size_t stop = std::min(whole.size(), end_of_announcement(whole, sent));
        send(std::string_view(whole).substr(sent, stop - sent));
        sent = stop;
        bool go_on = sent < whole.size();
        bool asked = false;
        for (auto& response : responses()) {
            if (response.kind == testkit::ImapResponse::Kind::continuation) {
                asked = true;
            } else if (response.kind == testkit::ImapResponse::Kind::tagged) {
                EXPECT_EQ(response.tag, tag);
                reply.tagged = std::move(response);
            } else {
                reply.untagged.push_back(std::move(response));
            }
        }
        if (!go_on || !asked) break;
    }
    return reply;
}

void Client::hang_up() {
    pipe_->client_closed = true;
    receive();
}

}  // namespace postern::imap::test
