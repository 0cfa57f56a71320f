#pragma once
// What tests of providers with folders do all the time, on both sides.
#include <gmock/gmock.h>

#include <algorithm>

#include "tests/gateway/support/folder_world.hpp"

namespace postern::gateway::test {

class Folders : public FolderWorld {
protected:
    Folders() { fresh(""); }
    /// A new world.
    void fresh(const std::string& settings) {
        there_ = FolderProvider();
        reset();
        configure(settings);
    }
    void settle(int polls = 3) {
        for (int i = 0; i < polls; ++i) {
            const auto report = poll();
            ASSERT_TRUE(report.end) << report.end.error().to_string();
        }
    }
    /// What both sides have in a folder, if it is the same.
    std::vector<std::string> both(const std::string& name) {
        auto here =
            node_->account->find_mailbox(name) == nullptr ? std::vector<std::string>{} : contents(name);
        auto there = there_.contents(name);
        std::sort(here.begin(), here.end());
        std::sort(there.begin(), there.end());
        EXPECT_EQ(here, there) << name;
        return here;
    }
    mail::FlagBits flags_here(const std::string& content, std::string_view name = "INBOX") {
        return mailbox(name)->columns().flags[slot_of(content, name)];
    }
    void add_here(const std::string& name, const std::string& content, mail::FlagBits flags = 0) {
        mail::DeliveryRequest request;
        request.mailbox = node_->account->find_mailbox(name)->id;
        mail::NewMail fresh;
        fresh.content = std::make_shared<const std::string>(content);
        fresh.flags = flags;
        request.messages.push_back(std::move(fresh));
        must(node_->runtime.run(node_->account->deliver(std::move(request))));
    }
    void create_here(const std::string& name) {
        must(node_->runtime.run(node_->account->create_mailbox(name, {})));
    }
    void rename_here(const std::string& from, const std::string& to) {
        must(node_->runtime.run(node_->account->rename_mailbox(from, to, {})));
    }
    void delete_here(const std::string& name) {
        must(node_->runtime.run(node_->account->delete_mailbox(name, {})));
    }
    bool is_here(const std::string& name) { return node_->account->find_mailbox(name) != nullptr; }
    /// Somebody is signed in while the provider tells nothing, `looks` times; then nobody is.
    void stay_signed_in(int looks) {
        present_ = node_->account->enter("imap");
        there_.news = [this, looks]() mutable {
            if (--looks <= 0) present_.reset();
            return std::vector<std::string>{};
        };
    }

    void TearDown() override {
        present_.reset();
        World::TearDown();
    }

    std::unique_ptr<mail::Account::Presence> present_;
    const std::string a_ = mail_text(1), b_ = mail_text(2), c_ = mail_text(3);
};

}  // namespace postern::gateway::test
