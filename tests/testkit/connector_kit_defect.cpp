// connector_kit_defect DEFECT LAW: one law of the connector contract on the POP3 connector, whose provider has the defect:
// to the kit that is the same as if the connector had it.
#include <gtest/gtest.h>

#include <cstdio>

#include "postern/testkit/connector_contract.hpp"
#include "world.hpp"

namespace postern::pop3::test {
namespace {

using testkit::Peer;

void replace(std::string& text, const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    if (at != std::string::npos) text.replace(at, from.size(), to);
}

class DefectivePeer final : public Peer {
public:
    DefectivePeer(std::unique_ptr<Peer> inner, std::string defect, int session)
        : inner_(std::move(inner)), defect_(std::move(defect)), session_(session) {}
    ~DefectivePeer() override {
        if (defect_ == "removes_without_quit") inner_->answer("QUIT\r\n");
    }

    std::string greet() override { return inner_->greet(); }
    bool finished() const override { return inner_->finished(); }

    std::string answer(std::string_view octets) override {
        std::string request(octets);
        if (defect_ == "every_password_is_right" && request.starts_with("PASS "))
            request = "PASS open-Sesame-7\r\n";
        if (defect_ == "removes_a_neighbour") replace(request, "DELE 2", "DELE 3");
        if (defect_ == "quit_is_forgotten" && request == "QUIT\r\n") return "+OK bye\r\n";
        std::string reply = inner_->answer(request);
        if (defect_ == "a_message_is_not_listed") {
            // Consistently, so that nobody can tell from the numbers.
            replace(reply, "+OK 12 ", "+OK 11 ");
            const std::size_t last = reply.find("\r\n12 ");
            if (last != std::string::npos) reply.erase(last, reply.find("\r\n", last + 2) - last);
        }
        if (defect_ == "another_octet") replace(reply, "text\r\n", "test\r\n");
        if (defect_ == "new_ids_every_time") {
            for (std::size_t at = reply.find("unique-"); at != std::string::npos;
                 at = reply.find("unique-", at + 1))
                reply.replace(at, 6, "unique" + std::to_string(session_));
        }
        if (defect_ == "gone_is_a_broken_line") replace(reply, "-ERR no such message", "what message");
        if (defect_ == "busy_is_a_wrong_password")
            replace(reply, "[IN-USE] the maildrop is in use", "[AUTH] no");
        if (defect_ == "stls_is_hidden") replace(reply, "STLS\r\n", "");
        return reply;
    }

private:
    std::unique_ptr<Peer> inner_;
    std::string defect_;
    int session_;
};

class DefectiveWorld final : public testkit::World {
public:
    explicit DefectiveWorld(std::string defect) : defect_(std::move(defect)) {}

    std::unique_ptr<Peer> accept() override {
        return std::make_unique<DefectivePeer>(inner_.accept(), defect_, ++sessions_);
    }
    void deliver(std::string content) override { inner_.deliver(std::move(content)); }
    void withdraw(std::size_t index) override { inner_.withdraw(index); }
    std::vector<std::string> contents() const override { return inner_.contents(); }
    bool set_mood(Mood mood) override { return inner_.set_mood(mood); }
    bool offers_starttls() const override { return true; }

private:
    Pop3World inner_;
    std::string defect_;
    int sessions_ = 0;
};

}  // namespace
}  // namespace postern::pop3::test

int main(int argc, char** argv) {
    testing::InitGoogleTest(&argc, argv);
    if (argc != 3) {
        std::fputs("usage: connector-kit-defect DEFECT LAW\n", stderr);
        return 2;
    }
    const std::string defect = argv[1];
    GTEST_FLAG_SET(filter, "Kit." + std::string(argv[2]));
    postern::testkit::ConnectorKit kit;
    kit.plugin = POSTERN_PLUGIN_FILE;
    kit.make_world = [defect] { return std::make_unique<postern::pop3::test::DefectiveWorld>(defect); };
    postern::testkit::register_connector_contract("Kit", std::move(kit));
    const int failed = RUN_ALL_TESTS();
    return testing::UnitTest::GetInstance()->test_to_run_count() == 1 ? failed : 2;
}
