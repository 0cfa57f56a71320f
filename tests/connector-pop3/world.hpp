#pragma once
// A POP3 provider for the connector kit: a maildrop with unique ids, one session at a time, deletions effective at QUIT.
#include <map>
#include <set>
#include <string>
#include <vector>

#include "postern/testkit/connector_world.hpp"

namespace postern::pop3::test {

class Pop3World final : public testkit::World {
public:
    struct Message {
        std::string uidl;
        std::string content;
    };

    std::unique_ptr<testkit::Peer> accept() override;
    void deliver(std::string content) override;
    void withdraw(std::size_t index) override;
    std::vector<std::string> contents() const override;
    bool set_mood(Mood mood) override;
    bool offers_starttls() const override { return true; }
    std::vector<std::string> endless_replies() const override {
        return {"1 a\r\n", "+OK\r\n", "+OK 1 1\r\n"};
    }

private:
    friend class Pop3Peer;
    std::vector<Message> maildrop_;
    std::uint64_t last_id_ = 0;
    Mood mood_ = Mood::normal;
    bool locked_ = false;
};

}  // namespace postern::pop3::test
