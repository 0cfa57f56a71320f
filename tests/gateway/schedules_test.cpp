// Random schedules of arrivals, user actions, deletions by others, cut lines, crashes of the gateway and of the database,
// and renumberings. The invariants are checked all the way; at the end both sides must be in step. A schedule is its seed:
//
//     POSTERN_SCHEDULES=2000 gateway-schedules-test                    so many of them, from POSTERN_SEED on (1)
//     POSTERN_SEED=7 POSTERN_SCHEDULES=1 POSTERN_TRACE=1 ...           one again, and what happens in it
//     ... --gtest_filter=Schedules.RandomMigrations                     those of one of the two kinds
#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <random>

#include "gateway/fingerprint.hpp"
#include "tests/gateway/support/environment.hpp"
#include "tests/gateway/support/world.hpp"

namespace postern::gateway {
namespace {

using test::CommitFault;
using test::FakeProvider;
using test::from_environment;
using test::mail_text;

class Schedules : public test::World {
protected:
    static constexpr int turns = 25;

    void run_schedules(unsigned by_default, bool large) {
        const unsigned first = from_environment("POSTERN_SEED", 1);
        const unsigned count = from_environment("POSTERN_SCHEDULES", by_default);
        std::cout << "seeds " << first << " to " << first + count - 1 << '\n';
        for (unsigned seed = first; seed < first + count; ++seed) {
            SCOPED_TRACE("POSTERN_SEED=" + std::to_string(seed) + " POSTERN_SCHEDULES=1");
            run_schedule(seed, large);
            if (HasFailure()) break;
        }
    }

    /// `large`: a backlog is there from the begin, and its ids and order change often.
    void run_schedule(unsigned seed, bool large) {
        random_.seed(seed);
        large_ = large;
        reset();
        kept_here_.clear();
        next_ = 1;
        migrations_ = 0;
        choose_provider();
        by_size_ = large_ && seed % 2 == 1;
        const char* deletes[] = {"last-copy", "last-copy", "on-trash, trash_undo: 1m"};
        configure(std::string("absence: 600s, newest_first: 3, delete_brake: 1000, verify_renumbered: ") +
                  (by_size_ ? "0" : "1000") + ", remote_delete: " + deletes[dice(3)]);
        for (unsigned k = large_ ? 40 + dice(120) : 0; k > 0; --k) arrive();
        provision();
        for (int turn = 0; turn < turns && !HasFailure(); ++turn) {
            trace("turn " + std::to_string(turn));
            for (unsigned k = dice(4); k > 0; --k) arrive();
            change_provider();
            for (unsigned k = dice(3); k > 0; --k) act_as_user();
            spoil();
            look();
            audit();
        }
        settle();
        audit();
        expect_in_step();
    }

private:
    void trace(const std::string& what) const {
        if (traced_) std::cout << clock_ % 1'000'000 << ' ' << what << '\n';
    }

    /// The receipts that are not what they were.
    void trace_receipts() {
        if (!traced_) return;
        std::map<std::string, std::string> now;
        for (const auto& r : receipts()) {
            const auto* content = ledger_->content_of(r.message);
            now[r.uidl + '#' + std::to_string(r.occurrence) + '@' + std::to_string(r.epoch)] =
                std::to_string(static_cast<int>(r.state)) + " message " +
                std::to_string(value_of(r.message) % 100'000) + " of " + (content ? name_of(*content) : "-") +
                " attempts " + std::to_string(r.delete_attempts) + " failed " + std::to_string(r.fail_count);
        }
        for (const auto& [key, state] : now) {
            if (traced_receipts_[key] != state) trace("  receipt " + key + ": state " + state);
        }
        traced_receipts_ = std::move(now);
        std::string there;
        for (const auto& m : provider_.maildrop)
            there += ' ' + m.uidl + '=' + name_of(content_hash(m.content)) + (m.hidden ? "(hidden)" : "");
        if (there != traced_there_) trace("  there:" + there);
        traced_there_ = std::move(there);
    }

    static std::string name_of(const ContentHash& hash) { return std::to_string(hash[0] * 256U + hash[1]); }

    unsigned dice(unsigned sides) { return static_cast<unsigned>(random_() % sides); }
    bool chance(unsigned percent) { return dice(100) < percent; }

    void choose_provider() {
        provider_.has_header_fetch = !chance(20);
        provider_.has_ids = !chance(10);
        provider_.window = 1 + dice(6);
        provider_.deletes_at_once = chance(10);
        provider_.drop_commits = chance(10);
        if (chance(10)) provider_.listed_size = [](std::uint64_t size) { return size / 2; };
        if (chance(10)) provider_.shown = 2 + dice(10);
        if (chance(10)) provider_.hides_fetched = true;
        if (chance(10)) provider_.login_delay = std::chrono::seconds(300);
        trace(std::string("provider:") + (provider_.has_header_fetch ? " TOP" : "") +
              (provider_.has_ids ? " UIDL" : "") + (provider_.deletes_at_once ? " deletes at once" : "") +
              (provider_.drop_commits ? " drop commits" : "") +
              (provider_.hides_fetched ? " hides fetched" : "") + " shows " +
              std::to_string(provider_.shown));
    }

    void arrive() {
        const bool twin = next_ > 1 && chance(5);
        const unsigned number = twin ? 1 + dice(next_ - 1) : next_++;
        const bool same_id = chance(2) && !provider_.maildrop.empty();
        const unsigned more = large_ ? 3 * (number * 37 % 61) : 40 * (number % 5);
        const auto serial = provider_.add(mail_text(number, 200 + more),
                                          same_id ? provider_.maildrop[dice(count_there())].uidl : "");
        const auto& message = *provider_.find(serial);
        trace("arrives " + message.uidl + " of " + name_of(content_hash(message.content)) + ", " +
              std::to_string(message.content.size()) + (twin ? " octets, again" : " octets"));
    }

    unsigned count_there() const { return static_cast<unsigned>(provider_.maildrop.size()); }

    void change_provider() {
        if (chance(15) && count_there() > 0) {
            const auto& gone = provider_.maildrop[dice(count_there())];
            trace("others remove " + gone.uidl);
            provider_.remove(gone.serial);
        }
        if (chance(3)) {
            trace("all renumbered");
            for (auto& message : provider_.maildrop) message.uidl += 'n';
        }
        if (chance(3)) {
            trace("a shard renumbered");
            for (auto& message : provider_.maildrop) {
                if (message.serial % 3 == 0) message.uidl += 's';
            }
        }
        // The queue is away for a while, and comes back in most cases.
        if (chance(3)) {
            trace("away and back");
            provider_.away.swap(provider_.maildrop);
        }
        if (chance(40)) bring_back();
        if (large_ && chance(25)) migrate();
    }

    /// New ids, for all or some, while mail comes and goes, in the old order or in another. No id passes to another message
    /// while the first has a new one (RFC 1939 section 7): where sizes are equal, too, nobody could tell.
    void migrate() {
        auto& drop = provider_.maildrop;
        const unsigned step = 1 + dice(3);
        const std::string name = 'm' + std::to_string(++migrations_);
        trace("migrates every message of " + std::to_string(step));
        std::set<std::string> renamed;
        for (const auto& message : drop) {
            if (message.serial % step == 0) renamed.insert(message.uidl);
        }
        for (auto& message : drop) {
            if (renamed.contains(message.uidl)) message.uidl += name;
        }
        for (unsigned k = dice(4); k > 0 && !drop.empty(); --k)
            provider_.remove(drop[dice(count_there())].serial);
        for (unsigned k = dice(4); k > 0; --k) {
            arrive();
            const bool between = chance(50) && !by_size_;
            const auto place = drop.begin() + (between ? dice(count_there()) : count_there() - 1);
            std::rotate(place, drop.end() - 1, drop.end());
        }
        if (drop.empty()) return;
        if (chance(20)) std::rotate(drop.begin(), drop.begin() + dice(count_there()), drop.end());
        if (chance(10)) std::shuffle(drop.begin(), drop.end(), random_);
    }

    void bring_back() {
        auto& away = provider_.away;
        provider_.maildrop.insert(provider_.maildrop.begin(), away.begin(), away.end());
        away.clear();
    }

    std::string pick(std::string_view box) {
        const auto there = contents(box);
        return there.empty() ? std::string() : there[dice(static_cast<unsigned>(there.size()))];
    }

    MessageId message_of(const std::string& content, std::string_view box) {
        return mailbox(box)->columns().message[slot_of(content, box)];
    }

    void act_as_user() {
        static constexpr const char* boxes[] = {"INBOX", "INBOX", "INBOX", "Archive", "Trash"};
        const char* box = boxes[dice(5)];
        const std::string content = pick(box);
        if (dice(6) == 0) {
            restore_one();
        } else if (dice(10) == 0) {
            append("Drafts", mail_text(100'000 + next_++));
        } else if (!content.empty()) {
            act_on(content, box);
        }
    }

    void act_on(const std::string& content, const char* box) {
        const std::string_view from = box;
        const unsigned what = dice(10);
        trace("user: " + std::to_string(what) + " on " + name_of(content_hash(content)) + " in " + box);
        if (what < 4) {
            expunge(content, box);
        } else if (what < 6 && from == "INBOX") {
            copy(content, "Archive");
        } else if (what < 7 && from != "Archive") {
            move(content, box, "Archive");
        } else if (what < 9 && from != "Trash") {
            move(content, box, "Trash");
        } else if (from == "Trash") {
            kept_here_.insert(message_of(content, box));
            move(content, box, "INBOX");
        } else if (from == "INBOX") {
            kept_here_.insert(message_of(content, box));
            set_flags(content, mail::flagged);
        }
    }

    void restore_one() {
        const auto dead = must(node_->runtime.run(node_->account->list_recoverable(1000)));
        if (dead.empty()) return;
        const MessageId message = dead[dice(static_cast<unsigned>(dead.size()))].id;
        trace("user restores message " + std::to_string(value_of(message) % 100'000));
        kept_here_.insert(message);
        restore({message});
    }

    /// What goes wrong in the next session.
    void spoil() {
        using Commit = FakeProvider::Commit;
        provider_.commit = chance(75)   ? Commit::works
                           : chance(50) ? Commit::lost_but_done
                                        : Commit::lost_and_rolled_back;
        if (chance(15)) provider_.cut_after = 1 + static_cast<int>(dice(40));
        if (chance(5)) provider_.open_fault = Fault(FaultKind::offline, "down");
        if (chance(5)) provider_.open_fault = Fault(FaultKind::auth_failed, "no");
        if (chance(7)) provider_.incomplete = "fewer messages than STAT says";
        if (chance(5) && count_there() > 0)
            provider_.refuse_serial = provider_.maildrop[dice(count_there())].serial;
        if (chance(15)) {
            hooks_.fault = [this, left = 1 + dice(8)]() mutable {
                if (--left != 0) return CommitFault::none;
                return chance(50) ? CommitFault::before : CommitFault::after;
            };
        }
    }

    void heal() {
        provider_.commit = FakeProvider::Commit::works;
        provider_.cut_after.reset();
        provider_.open_fault.reset();
        provider_.refuse_serial.reset();
        provider_.incomplete.clear();
        hooks_.fault = nullptr;
    }

    void look() {
        static constexpr UnixTime pauses[] = {1, 60, 400, 700, 4000};
        clock_ += pauses[dice(5)];
        // Nobody but the schedule, which is not asked here, keeps to the time between two sign-ins.
        if (provider_.login_delay.count() > 0) clock_ += 400;
        if (chance(25)) {
            const bool crashed = poll_until_crash(1 + static_cast<int>(dice(60)));
            trace(crashed ? "a poll that ends in a crash" : "a poll");
        } else {
            const SessionReport report = poll(60);
            trace("a poll: " + (report.end ? "good" : report.end.error().to_string()) +
                  (report.unchanged ? ", unchanged" : ""));
        }
        trace_receipts();
        heal();
        if (chance(5)) start();
    }

    void settle() {
        heal();
        bring_back();
        // Longer than any brake holds.
        trace("settles");
        bool more = false;
        for (int i = 0; i < 34 || (more && i < 300); ++i) {
            more = poll(3600).more;
            trace_receipts();
        }
        EXPECT_FALSE(more);
    }

    using Counts = std::map<ContentHash, std::size_t>;

    Counts count_living(std::initializer_list<const char*> boxes, bool as_the_provider_has_it) {
        std::set<MessageId> messages;
        for (const char* name : boxes) {
            const auto box = mailbox(name);
            const auto columns = box->columns();
            for (const auto slot : slots(name)) {
                const bool kept = kept_here_.contains(columns.message[slot]);
                if (!as_the_provider_has_it || !kept) messages.insert(columns.message[slot]);
            }
        }
        Counts out;
        for (const auto message : messages) ++out[*ledger_->content_of(message)];
        return out;
    }

    /// What is there is here; what is in INBOX, and was not kept on purpose, is there.
    void expect_in_step() {
        for (const auto& receipt : receipts()) {
            if (receipt.state == store::ReceiptState::expired) kept_here_.insert(receipt.message);
        }
        Counts there;
        for (const auto& message : provider_.maildrop) ++there[content_hash(message.content)];
        const auto here = count_living({"INBOX", "Archive", "Trash"}, false);
        std::size_t listed = 0;
        for (const auto& message : provider_.maildrop) {
            if (message.hidden) continue;
            if (provider_.shown != 0 && ++listed > provider_.shown) break;
            const ContentHash hash = content_hash(message.content);
            const auto found = here.find(hash);
            // Where ids and sizes do not tell equal messages apart, they are not deleted there.
            if (there[hash] > 1) continue;
            EXPECT_TRUE(found != here.end()) << message.uidl << " is there and not here";
        }
        if (provider_.hides_fetched || !provider_.has_ids) return;
        for (const auto& [hash, count] : count_living({"INBOX"}, true)) {
            EXPECT_LE(count, there[hash]) << "in INBOX and not there";
        }
    }

    std::mt19937 random_;
    bool large_ = false;
    bool by_size_ =
        false;  ///< sizes and order tell what is what: new mail does not take the place of another
    unsigned next_ = 1;
    unsigned migrations_ = 0;
    std::set<MessageId> kept_here_;
    const bool traced_ = std::getenv("POSTERN_TRACE") != nullptr;
    std::map<std::string, std::string> traced_receipts_;
    std::string traced_there_;
};

TEST_F(Schedules, Random) {
    run_schedules(40, false);
}

TEST_F(Schedules, RandomMigrations) {
    run_schedules(10, true);
}

}  // namespace
}  // namespace postern::gateway
