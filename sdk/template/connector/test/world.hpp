#pragma once
// A Letterbox server for the connector kit: the mailbox, and a function from requests to replies.
#include <string>
#include <vector>

#include "postern/testkit/connector_world.hpp"

namespace letterbox::test {

class LetterboxWorld final : public postern::testkit::World {
public:
    LetterboxWorld();

    std::unique_ptr<postern::testkit::Peer> accept() override;
    void deliver(std::string content) override;
    void withdraw(std::size_t index) override;
    std::vector<std::string> contents() const override;
    bool set_mood(Mood mood) override;
    std::vector<std::string> endless_replies() const override {
        return {"HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
                "1\r\nx\r\n"};
    }

    /// The reply to one request without a body.
    std::string reply(const std::string& method, const std::string& target, const std::string& header);

private:
    struct Message {
        std::string id;
        std::string content;
    };
    std::string listing(const std::string& after) const;
    std::string etag() const;
    std::vector<Message>::iterator find(const std::string& id);

    std::vector<Message> messages_;
    std::uint64_t last_id_ = 0;
    std::uint64_t state_ = 0;  ///< counts changes
    int mailbox_;              ///< no two worlds have the same
    Mood mood_ = Mood::normal;
};

}  // namespace letterbox::test
