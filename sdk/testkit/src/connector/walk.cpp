#include "connector/walk.hpp"

#include "postern/mail/types.hpp"

namespace postern::testkit {

using namespace gateway;

Walk::Walk(ConnectorCase& test) : test_(test), appended_(sample_message(100)) {
    test_.deliver(messages);
    before_ = test_.world().contents();
}

void Walk::note(const char* what, const Fault& fault) {
    failed_ = true;
    test_.expect_discreet(fault);
    EXPECT_NE(std::find(allowed.begin(), allowed.end(), fault.kind), allowed.end())
        << what << " answers " << fault.to_string();
}

void Walk::list() {
    auto folders = test_.run(session_->list_folders(""));
    if (good("list_folders", folders)) {
        EXPECT_FALSE(folders->folders.empty());
    }
    if (!alive()) return;
    auto page = test_.try_pull(*session_);
    if (!good("pull", page)) return;
    page_ = std::move(*page);
    if (page_.complete && page_.full && !page_.more && replies_are_true) {
        EXPECT_EQ(page_.items.size(), before_.size()) << "a listing is said to be complete";
    }
}

void Walk::fetch_all() {
    for (std::size_t i = 0; i < page_.items.size() && i < before_.size() && alive(); ++i) {
        FetchRequest request;
        request.ref = page_.items[i].ref;
        request.expected_size = page_.items[i].size;
        auto started = test_.run(session_->start_fetch(request));
        if (!good("start_fetch", started)) continue;
        auto fetched = test_.run(session_->receive());
        if (!good("receive", fetched)) continue;
        if (replies_are_true) {
            EXPECT_EQ(*fetched->content, before_[i]) << "message " << i;
        }
    }
}

void Walk::change() {
    if (test_.can(flags_write) && page_.items.size() == before_.size() && alive()) {
        Action action;
        action.kind = Action::Kind::set_flags;
        action.ref = page_.items[0].ref;
        action.flags = mail::flagged;
        const auto flagged = test_.push(*session_, action);
        if (good("set_flags", flagged) && replies_are_true && test_.world().with_folders() != nullptr) {
            EXPECT_NE(test_.world().with_folders()->state(0).flags & mail::flagged, 0)
                << "flags are said to be set";
        }
    }
    if (test_.can(append) && alive()) {
        Action action;
        action.kind = Action::Kind::append;
        action.folder = "INBOX";
        action.content = std::make_shared<const std::string>(appended_);
        append_asked_ = true;
        append_confirmed_ = good("append", test_.push(*session_, action));
    }
}

void Walk::remove() {
    if (!test_.can(gateway::remove) || page_.items.size() != before_.size() || !alive()) return;
    Action action;
    action.kind = Action::Kind::remove;
    action.ref = page_.items[removed].ref;
    removal_asked_ = true;
    removal_answered_ = good("remove", test_.push(*session_, action));
    removal_confirmed_ = removal_answered_ && !session_->facts().deletes_at_close;
}

void Walk::close() {
    const auto mode = alive() ? RemoteSession::CloseMode::commit : RemoteSession::CloseMode::abandon;
    const bool closed = good("close", test_.close(*session_, mode));
    if (mode == RemoteSession::CloseMode::commit && closed) removal_confirmed_ = removal_answered_;
}

bool Walk::run() {
    auto opened = test_.try_open();
    if (good("open", opened)) {
        session_ = std::move(*opened);
        list();
        fetch_all();
        change();
        remove();
        if (alive()) good("keep_alive", test_.run(session_->keep_alive()));
        close();
        session_.reset();
    }
    check_provider();
    test_.expect_nothing_left();
    return !failed_;
}

void Walk::check_provider() {
    std::vector<std::string> without = before_;
    without.erase(without.begin() + static_cast<std::ptrdiff_t>(removed));
    std::vector<std::string> now = test_.world().contents();
    if (!now.empty() && now.back() == appended_) {
        EXPECT_TRUE(append_asked_);
        now.pop_back();
    } else {
        EXPECT_FALSE(append_confirmed_ && replies_are_true) << "a message is said to be appended";
    }
    if (now == without) {
        EXPECT_TRUE(removal_asked_) << "a message is removed that nobody asked to remove";
    } else {
        EXPECT_EQ(now, before_) << "the mailbox is neither as it was nor as it was to be";
        EXPECT_FALSE(removal_confirmed_ && replies_are_true) << "a message is said to be removed";
    }
}

void Walk::check_next_session() {
    EXPECT_EQ(test_.contents_by_session(), test_.world().contents()) << "the next session";
}

}  // namespace postern::testkit
