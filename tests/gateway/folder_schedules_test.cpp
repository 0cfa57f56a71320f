// Random schedules for a provider with folders: arrivals, flags, moves, copies, removals, folders made, renamed and removed
// on both sides, also while a session is under way, and the same message moved on both in one round; cut lines, a store that fails, crashes. In the end both sides must be
// the same, no message lost that nobody removed, and none doubled that nobody copied. A schedule is its seed:
//
//     POSTERN_SCHEDULES=2000 gateway-folder-schedules-test      so many of them, from POSTERN_SEED on (1)
//     POSTERN_SEED=57 POSTERN_SCHEDULES=1 POSTERN_TRACE=1 POSTERN_WATCH=10 ...      what happens, and where message 10 lies
#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <random>

#include "tests/gateway/support/environment.hpp"
#include "tests/gateway/support/folder_world.hpp"

namespace postern::gateway {
namespace {

using test::CommitFault;
using test::Crash;
using test::from_environment;
using test::mail_text;

class FolderSchedules : public test::FolderWorld {
protected:
    static constexpr int turns = 20;

    void run_schedule(unsigned seed) {
        random_.seed(seed);
        there_ = test::FolderProvider();
        removed_.clear();
        copied_.clear();
        next_ = 0;
        last_name_ = 0;
        reset();
        configure("vanish_brake: 1000, delete_brake: 1000");
        there_.tells_new_ids = !chance(20);
        for (const char* name : {"f-a", "f-b"}) there_.make(name);
        provision();
        for (int turn = 0; turn < turns && !HasFailure(); ++turn) {
            for (unsigned k = dice(4); k > 0; --k) act_there();
            for (unsigned k = dice(4); k > 0; --k) act_here();
            if (chance(20)) move_on_both_sides();
            look();
        }
        settle();
        expect_the_same();
    }

private:
    unsigned dice(unsigned sides) { return static_cast<unsigned>(random_() % sides); }
    bool chance(unsigned percent) { return dice(100) < percent; }
    template <class T>
    T pick(const std::vector<T>& from) {
        return from.empty() ? T() : from[dice(static_cast<unsigned>(from.size()))];
    }
    std::string fresh_name(const std::string& parent) {
        return (parent.empty() ? "" : parent + '/') + "f" + std::to_string(++last_name_);
    }
    static bool may_be_changed(const std::string& folder) { return folder.starts_with('f'); }
    static bool is_within(const std::string& name, const std::string& folder) {
        return name == folder || name.starts_with(folder + '/');
    }
    static std::string new_mail(unsigned number) { return mail_text(number, 200 + 40 * (number % 5)); }
    static unsigned number_of(const std::string& content) {
        const std::size_t at = content.find("Subject: m") + 10;
        return content.empty() ? 0 : static_cast<unsigned>(std::stoul(content.substr(at, 10)));
    }
    /// With POSTERN_TRACE everything that happens is told.
    template <class... Words>
    void tell(const Words&... words) const {
        if (!told_) return;
        ((std::cout << words << ' '), ...) << '\n';
    }
    /// With POSTERN_WATCH=N also where message N lies.
    void tell_where() {
        if (!told_ || watched_ == 0) return;
        std::cout << "    " << watched_ << " here:";
        for (const auto& info : std::vector<mail::MailboxInfo>(node_->account->mailboxes())) {
            for (const auto& content : contents(info.name)) {
                if (number_of(content) == watched_) std::cout << ' ' << info.name;
            }
        }
        std::cout << " there:";
        for (const auto& [name, folder] : there_.folders) {
            for (const auto& content : there_.contents(name)) {
                if (number_of(content) == watched_) std::cout << ' ' << name;
            }
        }
        std::cout << '\n';
    }

    // What others do at the provider
    std::vector<std::string> folders_there(bool with_mail) const {
        std::vector<std::string> out;
        for (const auto& [name, folder] : there_.folders) {
            if (folder.selectable || !with_mail) out.push_back(name);
        }
        return out;
    }
    void act_there() {
        const std::string folder = pick(folders_there(true));
        const std::string content = pick(there_.contents(folder));
        const unsigned what = dice(20);
        if (what < 8 || (what < 16 && content.empty())) {
            tell("there: comes", next_ + 1, "in", folder);
            there_.add(folder, new_mail(++next_), chance(50) ? mail::seen : 0);
        } else if (what < 11) {
            tell("there: flags of", number_of(content), "in", folder);
            there_.set_flags(folder, content, static_cast<std::uint8_t>(dice(4) << 1U));
        } else if (what < 14) {
            const std::string to = pick(folders_there(true));
            tell("there: move", number_of(content), folder, to);
            if (to != folder) there_.move(folder, content, to);
        } else if (what < 16) {
            removed_.insert(number_of(content));
            tell("there: remove", number_of(content), folder);
            there_.remove(folder, content);
        } else {
            change_tree_there();
        }
    }
    void change_tree_there() {
        const std::string folder = pick(folders_there(false));
        const std::string parent = pick(folders_there(false));
        const unsigned what = dice(8);
        if (what < 3 || !may_be_changed(folder)) {
            const std::string name = fresh_name(may_be_changed(parent) ? parent : "");
            tell("there: make", name);
            there_.make(name);
        } else if (what < 5) {
            const bool inside = !may_be_changed(parent) || is_within(parent, folder);
            const std::string name = fresh_name(inside ? "" : parent);
            tell("there: rename", folder, name);
            there_.rename(folder, name);
        } else if (what < 7) {
            for (const auto& content : there_.contents(folder)) removed_.insert(number_of(content));
            tell("there: remove folder", folder);
            there_.remove_folder(folder);
        } else if (there_.folders[folder].selectable) {
            tell("there: renumber", folder);
            there_.renumber(folder);
        }
    }

    // What the user does here
    std::vector<std::string> mailboxes_here() {
        std::vector<std::string> out;
        for (const auto& info : node_->account->mailboxes()) {
            if (info.special_use.empty() || info.name == "Archive") out.push_back(info.name);
        }
        return out;
    }
    void act_here() {
        const std::string box = pick(mailboxes_here());
        const std::string content = pick(contents(box));
        const unsigned what = dice(20);
        if (what < 4 || (what < 16 && content.empty())) {
            tell("here: write", next_ + 1, "in", box);
            append(box, new_mail(++next_));
        } else if (what < 8) {
            tell("here: flags of", number_of(content), "in", box);
            change_flags(content, box);
        } else if (what < 13) {
            transfer(content, box, pick(mailboxes_here()), chance(80));
        } else if (what < 16) {
            removed_.insert(number_of(content));
            tell("here: expunge", number_of(content), box);
            expunge(content, box);
        } else {
            change_tree_here();
        }
    }
    void change_flags(const std::string& content, const std::string& box) {
        mail::StoreFlagsRequest request;
        request.mode = mail::StoreFlagsRequest::Mode::replace;
        request.slots = {slot_of(content, box)};
        request.flags = static_cast<mail::FlagBits>(dice(4) << 1U);
        must(node_->runtime.run(mailbox(box)->store_flags(request)));
    }
    void transfer(const std::string& content, const std::string& from, const std::string& to, bool move) {
        // The same message twice in one mailbox is once there.
        const auto already = contents(to);
        if (std::find(already.begin(), already.end(), content) != already.end()) return;
        mail::TransferRequest request;
        request.slots = {slot_of(content, from)};
        request.destination = node_->account->find_mailbox(to)->id;
        request.move = move;
        tell(move ? "here: move" : "here: copy", number_of(content), from, to);
        if (!move) copied_.insert(number_of(content));
        must(node_->runtime.run(mailbox(from)->transfer(request)));
    }
    /// One message, from the same folder to others.
    void move_on_both_sides() {
        std::vector<std::string> boxes;
        for (const auto& box : mailboxes_here()) {
            if (there_.folders.contains(box)) boxes.push_back(box);
        }
        const std::string box = pick(boxes);
        const std::string content = pick(contents(box));
        if (content.empty() || there_.find(box, content) == nullptr) return;
        const std::string to = pick(folders_there(true));
        const bool here_first = chance(50);
        if (here_first) transfer(content, box, pick(mailboxes_here()), true);
        tell("there: move", number_of(content), box, to);
        if (to != box) there_.move(box, content, to);
        if (!here_first) transfer(content, box, pick(mailboxes_here()), true);
    }
    void change_tree_here() {
        const std::string box = pick(mailboxes_here());
        const std::string parent = pick(mailboxes_here());
        const unsigned what = dice(7);
        // Some of it is refused, as it would be to a client.
        if (what < 3 || !may_be_changed(box)) {
            const std::string name = fresh_name(may_be_changed(parent) ? parent : "");
            const auto made = node_->runtime.run(node_->account->create_mailbox(name, {}));
            tell("here: create", name, bool(made));
        } else if (what < 5) {
            const bool inside = !may_be_changed(parent) || is_within(parent, box);
            const std::string name = fresh_name(inside ? "" : parent);
            const auto renamed = node_->runtime.run(node_->account->rename_mailbox(box, name, {}));
            tell("here: rename", box, name, bool(renamed));
        } else {
            for (const auto& content : contents(box)) removed_.insert(number_of(content));
            // What others put there meanwhile comes back with the folder, also if the user has it elsewhere by now.
            for (const auto& content : there_.contents(box)) copied_.insert(number_of(content));
            const auto deleted = node_->runtime.run(node_->account->delete_mailbox(box, {}));
            tell("here: delete", box, bool(deleted));
        }
    }

    /// A session, in which things may go wrong, and meanwhile things happen.
    void look() {
        if (chance(20)) there_.line_breaks_after = 1 + static_cast<int>(dice(40));
        if (chance(5)) there_.open_fault = Fault(FaultKind::offline, "down");
        if (chance(15)) {
            hooks_.fault = [this, left = 1 + dice(8)]() mutable {
                if (acting_ || --left != 0) return CommitFault::none;
                return chance(50) ? CommitFault::before : CommitFault::after;
            };
        }
        if (chance(40)) {
            there_.at_pull = [left = 1 + dice(6)](const std::string&) mutable { return --left == 0; };
        }
        if (chance(25)) {
            set_step([this, left = 1 + dice(80)]() mutable {
                if (!acting_ && --left == 0) throw Crash();
            });
        }
        bool crashed = false;
        const auto act = [this] {
            acting_ = true;
            tell("meanwhile");
            tell_where();
            if (chance(40)) act_there();
            if (chance(30)) {
                move_on_both_sides();
            } else {
                act_here();
            }
            tell_where();
            acting_ = false;
        };
        try {
            poll_and(act, 1 + dice(4000));
        } catch (const Crash&) {
            crashed = true;
        }
        tell("session", crashed, node_->worker->last_report().end ? "good" : "failed");
        heal();
        if (crashed || chance(5)) start();
        tell_where();
    }
    void heal() {
        there_.line_breaks_after.reset();
        there_.open_fault.reset();
        there_.at_pull = nullptr;
        there_.paused = false;
        set_step(nullptr);
        hooks_.fault = nullptr;
    }
    void settle() {
        tell("settle");
        for (int i = 0; i < 6; ++i) {
            poll(3700);
            tell_where();
        }
        // Once everything is looked at, however good the tokens are.
        for (int i = 0; i < 3; ++i) poll(90'000);
    }

    using Messages = std::vector<std::pair<unsigned, unsigned>>;  ///< number and flags
    Messages messages_here(const std::string& box) {
        Messages out;
        const auto all = contents(box);
        const auto living = slots(box);
        const auto opened = mailbox(box);
        for (std::size_t i = 0; i < all.size(); ++i) {
            out.emplace_back(number_of(all[i]), opened->columns().flags[living[i]]);
        }
        std::sort(out.begin(), out.end());
        return out;
    }
    Messages messages_there(const std::string& name) const {
        Messages out;
        for (const auto& [uid, message] : there_.folders.at(name).messages) {
            out.emplace_back(number_of(message.content), message.flags);
        }
        std::sort(out.begin(), out.end());
        return out;
    }
    void expect_the_same() {
        std::map<std::string, Messages> here;
        std::map<std::string, Messages> there;
        std::map<unsigned, unsigned> count;
        std::map<unsigned, std::string> where;
        for (const auto& info : std::vector<mail::MailboxInfo>(node_->account->mailboxes())) {
            const bool only_here = info.total == 0 && !there_.folders.contains(info.name);
            if (info.special_use.empty() || !only_here) here[info.name] = messages_here(info.name);
        }
        for (const auto& [name, folder] : there_.folders) there[name] = messages_there(name);
        EXPECT_EQ(here, there);
        for (const auto& [name, messages] : here) {
            for (const auto& [number, flags] : messages) {
                ++count[number];
                where[number] += ' ' + name;
            }
        }
        for (unsigned number = 1; number <= next_; ++number) {
            if (!removed_.contains(number)) {
                EXPECT_GT(count[number], 0U) << "message " << number << " is lost";
            }
            if (!copied_.contains(number)) {
                EXPECT_LE(count[number], 1U) << "message " << number << " is doubled:" << where[number];
            }
        }
    }

    std::mt19937 random_;
    const bool told_ = std::getenv("POSTERN_TRACE") != nullptr;
    const unsigned watched_ = from_environment("POSTERN_WATCH", 0);
    bool acting_ = false;
    unsigned next_ = 0;
    unsigned last_name_ = 0;
    std::set<unsigned> removed_;  ///< by anybody, one of its copies
    std::set<unsigned> copied_;
};

TEST_F(FolderSchedules, Random) {
    const unsigned first = from_environment("POSTERN_SEED", 1);
    const unsigned count = from_environment("POSTERN_SCHEDULES", 40);
    std::cout << "seeds " << first << " to " << first + count - 1 << '\n';
    for (unsigned seed = first; seed < first + count; ++seed) {
        SCOPED_TRACE("POSTERN_SEED=" + std::to_string(seed) + " POSTERN_SCHEDULES=1");
        run_schedule(seed);
        if (HasFailure()) break;
    }
}

}  // namespace
}  // namespace postern::gateway
