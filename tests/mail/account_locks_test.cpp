// Locks of accounts between nodes of one store.
#include "kernel/mail/account_locks.hpp"

#include "tests/mail/support/fixture.hpp"

namespace postern::mail::test {
namespace {

using std::chrono::seconds;

class AccountLocksTest : public MailFixture {
protected:
    AccountLocksTest()
        : other_service_(runtime_, *store_, log_, options(), {}), other_account_(open(other_service_)) {}

    MailOptions options() {
        MailOptions out;
        out.clock = [this] { return clock_; };
        return out;
    }
    Result<void> take(AccountLocks& locks, const std::shared_ptr<Account>& account, std::string holder,
                      std::string name = "pop3") {
        return runtime_.run(locks.take(account, std::move(name), std::move(holder), seconds(60)));
    }
    void release(AccountLocks& locks, const std::shared_ptr<Account>& account, std::string holder) {
        must(runtime_.run(locks.release(account, "pop3", std::move(holder))));
    }

    MailServiceImpl other_service_;
    std::shared_ptr<Account> other_account_;
    AccountLocksImpl here_{service_, true};
    AccountLocksImpl there_{other_service_, true};
};

TEST_F(AccountLocksTest, OneHolder) {
    must(take(here_, account_, "a"));
    EXPECT_EQ(take(here_, account_, "b").error().code, Errc::conflict);
    EXPECT_EQ(take(there_, other_account_, "c").error().code, Errc::conflict);
    must(take(there_, other_account_, "c", "another lock"));
    must(take(here_, account_, "a"));
    release(here_, account_, "a");
    must(take(there_, other_account_, "c"));
    EXPECT_EQ(take(here_, account_, "a").error().code, Errc::conflict);
}

TEST_F(AccountLocksTest, WhoDoesNotHoldItCannotGiveItBack) {
    must(take(here_, account_, "a"));
    release(there_, other_account_, "c");
    EXPECT_EQ(take(there_, other_account_, "c").error().code, Errc::conflict);
    release(here_, account_, "a");
    release(here_, account_, "a");
    must(take(there_, other_account_, "c"));
}

TEST_F(AccountLocksTest, IsFreeWhenItsTimeIsOver) {
    must(take(here_, account_, "a"));
    clock_ += 60;
    EXPECT_EQ(take(there_, other_account_, "c").error().code, Errc::conflict);
    must(take(here_, account_, "a"));
    clock_ += 60;
    EXPECT_EQ(take(there_, other_account_, "c").error().code, Errc::conflict);
    clock_ += 1;
    must(take(there_, other_account_, "c"));
    EXPECT_EQ(take(here_, account_, "a").error().code, Errc::conflict);
    // Nor does the first one end what is the other's now.
    release(here_, account_, "a");
    EXPECT_EQ(take(here_, account_, "a").error().code, Errc::conflict);
}

TEST_F(AccountLocksTest, WhoHasItSeesWhatTheOneBeforeDid) {
    must(take(there_, other_account_, "c"));
    deliver(*other_account_, "INBOX", 3);
    release(there_, other_account_, "c");
    must(take(here_, account_, "a"));
    EXPECT_EQ(account_->find_mailbox("INBOX")->total, 3U);
}

TEST_F(AccountLocksTest, OneProcessNeedsNone) {
    AccountLocksImpl alone(service_, false);
    EXPECT_FALSE(alone.needed());
    const Modseq before = account_->change_seq();
    must(take(alone, account_, "a"));
    must(take(alone, account_, "b"));
    EXPECT_EQ(account_->change_seq(), before);
}

}  // namespace
}  // namespace postern::mail::test
