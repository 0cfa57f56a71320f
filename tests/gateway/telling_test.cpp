// What users and operators are told, and what operators decide.
#include "gateway/account_state.hpp"
#include "postern/gateway/brake.hpp"
#include "tests/gateway/support/world.hpp"

namespace postern::gateway {
namespace {

using store::ReceiptState;
using test::mail_text;

class Telling : public test::World {
protected:
    void fill(const std::string& settings, unsigned count = 6) {
        configure(settings);
        for (unsigned i = 1; i <= count; ++i) provider_.add(mail_text(i));
        provision();
        poll();
        poll();
    }
    std::vector<std::string> notices() {
        std::vector<std::string> out;
        for (const auto& content : contents()) {
            if (content.find("\r\nAuto-Submitted: auto-generated\r\n") != std::string::npos)
                out.push_back(content);
        }
        return out;
    }
    bool told(const char* words) {
        const auto all = notices();
        return all.size() == 1 && all[0].find(words) != std::string::npos;
    }
    void decide(std::string_view entry) {
        std::vector<store::AttributeWrite> writes(1);
        writes[0].attribute.entry = entry;
        must(node_->runtime.run(node_->account->write_attributes(writes, {})));
    }
};

TEST_F(Telling, AMailAnIncidentGoneWhenItIsOver) {  // B12
    fill("notices: true");
    const auto all = provider_.maildrop;
    provider_.maildrop.clear();
    for (int i = 0; i < 5; ++i) poll(3600);
    EXPECT_TRUE(told("Subject: Many messages are missing"));
    EXPECT_EQ(contents().size(), 7U);
    provider_.maildrop = all;
    poll(3600);
    EXPECT_TRUE(notices().empty());
    EXPECT_EQ(contents().size(), 6U);
    provider_.maildrop.clear();
    poll(3600);
    EXPECT_TRUE(told("Subject: Many messages are missing")) << "another incident";
}

TEST_F(Telling, ANoticeThatTheUserDeletedDoesNotComeBack) {
    fill("notices: true");
    provider_.maildrop.clear();
    poll(3600);
    ASSERT_EQ(notices().size(), 1U);
    expunge(notices()[0]);
    for (int i = 0; i < 5; ++i) poll(3600);
    EXPECT_TRUE(notices().empty());
}

TEST_F(Telling, WhatCannotBeFetchedIsListedInOneNotice) {  // A18, A19
    fill("notices: true, max_message: 1000", 2);
    provider_.add(mail_text(3, 5000));
    for (int i = 0; i < 3; ++i) poll(3600);
    EXPECT_TRUE(told("of 5 KB"));
    provider_.add(mail_text(4, 9000));
    for (int i = 0; i < 3; ++i) poll(3600);
    EXPECT_TRUE(told("of 9 KB")) << "replaced, not repeated";
    EXPECT_TRUE(told("of 5 KB"));
    provider_.remove(3);
    provider_.remove(4);
    for (int i = 0; i < 3; ++i) poll(3600);
    EXPECT_TRUE(notices().empty());
}

TEST_F(Telling, AProviderThatIsDownForADay) {
    fill("notices: true");
    provider_.open_fault = Fault(FaultKind::offline, "connection refused");
    for (int i = 0; i < 20; ++i) poll(3600);
    EXPECT_TRUE(notices().empty());
    for (int i = 0; i < 20; ++i) poll(3600);
    EXPECT_TRUE(told("connection refused"));
    provider_.open_fault.reset();
    poll(3600);
    EXPECT_TRUE(notices().empty());
}

TEST_F(Telling, AServerThatDoesNotDeleteIsToldOnce) {  // B8
    fill("notices: true, delete_brake: 1000");
    provider_.ignores_deletes = true;
    expunge(mail_text(1));
    expunge(mail_text(2));
    for (int i = 0; i < 8; ++i) poll(3600);
    EXPECT_TRUE(told("does not delete"));
}

TEST_F(Telling, NoticesAreLocalMail) {  // I10
    fill("notices: true");
    provider_.maildrop.clear();
    poll(3600);
    const auto before = states();
    expunge(notices().at(0));
    poll(3600);
    EXPECT_TRUE(provider_.deleted.empty());
    EXPECT_EQ(states(), before);
}

TEST_F(Telling, HeldDeletionsAreCancelled) {  // B16
    fill("delete_brake: 2, delete_brake_percent: 30");
    for (unsigned i = 1; i <= 4; ++i) expunge(mail_text(i));
    poll();
    EXPECT_TRUE(provider_.deleted.empty());
    EXPECT_EQ(contents().size(), 2U);
    decide(brake_cancel_entry);
    poll();
    EXPECT_EQ(contents().size(), 6U) << "they come back";
    EXPECT_EQ(states()["uid1"], ReceiptState::stored);
    poll();
    EXPECT_EQ(node_->worker->source()->facts.delete_held_since, 0);
    for (int i = 0; i < 30; ++i) poll(3600);
    EXPECT_TRUE(provider_.deleted.empty());
    EXPECT_EQ(provider_.fetches, 6) << "none was fetched again";
}

TEST_F(Telling, AMaildropThatIsGoneStaysHere) {  // B12
    fill("absence: 600s");
    provider_.maildrop.clear();
    poll(3600);
    poll(3600);
    decide(brake_cancel_entry);
    for (int i = 0; i < 40; ++i) poll(3600);
    EXPECT_EQ(contents().size(), 6U);
    EXPECT_EQ(states()["uid1"], ReceiptState::expired);
    // Local mail now: what the user expunges, nobody there is told.
    expunge(mail_text(1));
    poll(3600);
    EXPECT_EQ(states()["uid1"], ReceiptState::expired);
}

TEST_F(Telling, TheStateOfASource) {
    fill("delete_brake: 0, delete_brake_percent: 0");
    expunge(mail_text(1));
    poll();
    provider_.open_fault = Fault(FaultKind::offline, "connection refused");
    poll(60);
    clock_ += 100;
    SourceAccountState state;
    EXPECT_TRUE(must(node_->runtime.run(state.read(node_->account.get()))).empty());
    state.open(node_->engine);
    std::map<std::string, std::string> found;
    for (const auto& [entry, value] : must(node_->runtime.run(state.read(node_->account.get())))) {
        ASSERT_TRUE(entry.starts_with(state.prefix()));
        found[entry.substr(entry.rfind('/') + 1)] = value;
    }
    EXPECT_EQ(found["server"], "127.0.0.1");
    EXPECT_EQ(found["lag"], "100");
    EXPECT_EQ(found["error"], "offline: connection refused");
    EXPECT_EQ(found["waiting-deletions"], "1");
    EXPECT_TRUE(found.contains("held-deletions"));
    EXPECT_EQ(found["last-poll"].size(), 20U);
    EXPECT_GT(found["next-poll"], found["last-poll"]);
}

}  // namespace
}  // namespace postern::gateway
