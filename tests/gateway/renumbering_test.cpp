// All ids of a large maildrop change (gateway.md 2.6): the order of sizes tells most of what is which, and a wrong guess binds
// nothing.
#include <algorithm>
#include <numeric>
#include <random>

#include "gateway/fingerprint.hpp"
#include "tests/gateway/support/world.hpp"

namespace postern::gateway {
namespace {

using store::ReceiptState;

/// A message of just so many octets; the same number has the same header.
std::string sized_mail(unsigned number, std::size_t octets, char filling = 'x') {
    const std::string n = std::to_string(number);
    std::string text = "From: a@example.org\r\nTo: b@example.org\r\nSubject: m" + n + "\r\nMessage-ID: <" +
                       n + "@example.org>\r\n\r\n";
    text.append(octets - text.size() - 2, filling);
    return text + "\r\n";
}

class Renumbering : public test::World {
protected:
    /// Many messages have each size. With a period all sizes come again after so many messages.
    static std::size_t size_of(unsigned number, unsigned period = 0) {
        if (period != 0) return 300 + number * 7919ULL % period;
        return 300 + (number * 2654435761ULL >> 12) % 499;
    }
    static std::string mail(unsigned number, unsigned period = 0) {
        return sized_mail(number, size_of(number, period));
    }

    void fill(unsigned count, unsigned period = 0) {
        for (unsigned i = 1; i <= count; ++i) provider_.add(mail(i, period));
        collect();
    }
    void collect() {
        configure("absence: 1s, verify_renumbered: 0");
        provision();
        poll();
        poll();  // fetched messages stay listed there
        ASSERT_EQ(slots("INBOX").size(), provider_.maildrop.size());
        provider_.fetches = provider_.header_fetches = 0;
        provider_.fetched.clear();
    }
    void renumber(std::uint64_t step = 1) {
        for (auto& message : provider_.maildrop) {
            if (message.serial % step == 0) message.uidl = "new-" + message.uidl;
        }
    }
    /// Other messages, as far as octets tell.
    void move_with_a_new_field() {
        const auto before = provider_.maildrop;
        for (const auto& message : before) {
            provider_.remove(message.serial);
            provider_.add("X-Moved: from=" + message.uidl + "\r\n" + message.content);
        }
    }
    void insert_at(std::size_t position, const std::string& content) {
        provider_.add(content);
        auto& drop = provider_.maildrop;
        std::rotate(drop.begin() + static_cast<std::ptrdiff_t>(position), drop.end() - 1, drop.end());
    }
    void settle() {
        for (int i = 0; i < 3; ++i) poll(7200);
    }

    /// So many are collected, and then the provider shows none of them.
    void hide(unsigned count) {
        for (unsigned i = 1; i <= count; ++i) provider_.add(mail(i));
        provision();
        poll();
        provider_.away.swap(provider_.maildrop);
        poll(3600);
        ASSERT_EQ(states()["uid3"], ReceiptState::expired);
    }
    void restore_under_new_ids() {
        provider_.away.swap(provider_.maildrop);
        renumber();
    }
    /// In the end it is gone on both sides, and so many others are there.
    void expect_expunged(std::uint64_t serial, std::size_t others) {
        settle();
        EXPECT_EQ(contents().size(), others);
        EXPECT_TRUE(wrong_ones().empty());
        EXPECT_EQ(provider_.deleted, std::vector<std::uint64_t>{serial});
    }

    /// Uidls whose receipt is of another message, or which have none.
    std::vector<std::string> wrong_ones() {
        std::map<std::string, ContentHash> here;
        for (const auto& receipt : receipts()) {
            if (receipt.state == ReceiptState::stored)
                here[receipt.uidl] = *ledger_->content_of(receipt.message);
        }
        std::vector<std::string> wrong;
        for (const auto& message : provider_.maildrop) {
            const auto found = here.find(message.uidl);
            if (found == here.end() || found->second != content_hash(message.content))
                wrong.push_back(message.uidl);
        }
        return wrong;
    }
    void expect_in_step() {
        EXPECT_TRUE(wrong_ones().empty());
        EXPECT_EQ(slots("INBOX").size(), provider_.maildrop.size());
        EXPECT_TRUE(provider_.deleted.empty());
    }
};

TEST_F(Renumbering, ThousandsInOneOrder) {  // C1
    fill(3000);
    const auto uids = mailbox()->columns().uid.size();
    renumber();
    EXPECT_EQ(poll().rebound, 3000U);
    EXPECT_LE(provider_.header_fetches, 150);
    EXPECT_EQ(provider_.fetches, 0);
    EXPECT_EQ(mailbox()->columns().uid.size(), uids) << "something was delivered again";
    expect_in_step();
    // And again, by a provider that cannot make up its mind.
    provider_.header_fetches = 0;
    renumber();
    EXPECT_EQ(poll().rebound, 3000U);
    EXPECT_LE(provider_.header_fetches, 150);
    expect_in_step();
}

TEST_F(Renumbering, MailThatCameLaterKeepsItsPlace) {  // C1
    fill(1000);
    for (unsigned i = 1001; i <= 1400; ++i) {
        provider_.add(mail(i));
        if (i % 40 == 0) poll();
    }
    provider_.header_fetches = 0;
    renumber();
    EXPECT_EQ(poll().rebound, 1400U);
    EXPECT_LE(provider_.header_fetches, 120);
    expect_in_step();
}

TEST_F(Renumbering, OneShardOfThousands) {  // C4
    fill(3000);
    renumber(3);
    EXPECT_EQ(poll().rebound, 1000U);
    EXPECT_LE(provider_.header_fetches, 100);
    settle();
    EXPECT_EQ(provider_.fetches, 0);
    expect_in_step();
}

TEST_F(Renumbering, SomeAreGoneAndSomeAreNewBetweenThem) {  // C2
    fill(2000);
    renumber();
    std::mt19937 random(5);
    for (int i = 0; i < 15; ++i) provider_.remove(provider_.maildrop[random() % 1900].serial);
    for (unsigned i = 0; i < 15; ++i) insert_at(random() % 1900, mail(5000 + i));
    for (unsigned i = 0; i < 5; ++i) provider_.add(mail(6000 + i));
    poll();
    EXPECT_LE(provider_.header_fetches, 800);
    settle();
    std::sort(provider_.fetched.begin(), provider_.fetched.end());
    std::vector<std::uint64_t> fresh(20);
    std::iota(fresh.begin(), fresh.end(), 2001);
    EXPECT_EQ(provider_.fetched, fresh);
    expect_in_step();
}

TEST_F(Renumbering, PartsInAnotherOrder) {
    fill(2000);
    renumber();
    auto& drop = provider_.maildrop;
    std::rotate(drop.begin(), drop.begin() + 700, drop.end());
    EXPECT_EQ(poll().rebound, 2000U);
    EXPECT_LE(provider_.header_fetches, 150);
    EXPECT_EQ(provider_.fetches, 0);
    expect_in_step();
}

TEST_F(Renumbering, AnotherOrderOfAll) {
    fill(600);
    renumber();
    std::shuffle(provider_.maildrop.begin(), provider_.maildrop.end(), std::mt19937(7));
    EXPECT_EQ(poll().rebound, 600U);
    EXPECT_EQ(provider_.header_fetches, 600) << "only headers tell";
    EXPECT_EQ(provider_.fetches, 0);
    expect_in_step();
}

TEST_F(Renumbering, AnotherOrderAndEqualHeaders) {
    for (unsigned i = 0; i < 40; ++i) {
        provider_.add(sized_mail(1, 400, static_cast<char>('A' + i)));
    }
    collect();
    renumber();
    std::shuffle(provider_.maildrop.begin(), provider_.maildrop.end(), std::mt19937(7));
    provider_.remove(provider_.maildrop.front().serial);
    settle();
    EXPECT_EQ(provider_.fetches, 39) << "only contents tell";
    expect_in_step();
}

TEST_F(Renumbering, EqualSizesEverywhere) {
    for (unsigned i = 0; i < 500; ++i) provider_.add(sized_mail(1000 + i, 400));
    collect();
    renumber();
    provider_.remove(100);
    provider_.add(sized_mail(5000, 400));
    poll();
    EXPECT_EQ(provider_.header_fetches, 500) << "only headers tell";
    settle();
    EXPECT_EQ(provider_.fetched, std::vector<std::uint64_t>{501});
    expect_in_step();
}

// The sizes of the one list are those of the other, one by one, and every message is another one.
TEST_F(Renumbering, ASampleThatFails) {
    fill(1000, 50);
    renumber();
    auto& drop = provider_.maildrop;
    std::rotate(drop.begin(), drop.begin() + 50, drop.end());
    EXPECT_EQ(poll().rebound, 1000U);
    EXPECT_EQ(provider_.header_fetches, 1000) << "nothing may be taken for granted";
    EXPECT_EQ(provider_.fetches, 0);
    expect_in_step();
}

TEST_F(Renumbering, ASampleThatFailsBetweenEndsThatHold) {
    fill(1000, 50);
    renumber();
    auto& drop = provider_.maildrop;
    std::rotate(drop.begin() + 100, drop.begin() + 150, drop.begin() + 800);
    EXPECT_EQ(poll().rebound, 1000U);
    EXPECT_EQ(provider_.header_fetches, 1000) << "nothing may be taken for granted";
    expect_in_step();
}

TEST_F(Renumbering, NewMailOfTheSizesOfWhatIsGone) {  // C2
    fill(1000);
    renumber();
    for (unsigned i = 961; i <= 1000; ++i) provider_.remove(i);
    for (unsigned i = 961; i <= 1000; ++i) provider_.add(sized_mail(i + 5000, size_of(i)));
    poll();
    EXPECT_EQ(provider_.header_fetches, 1000) << "the end does not hold";
    settle();
    EXPECT_EQ(provider_.fetched.size(), 40U);
    EXPECT_GT(*std::min_element(provider_.fetched.begin(), provider_.fetched.end()), 1000U);
    expect_in_step();
}

TEST_F(Renumbering, TheLastOneIsGoneAndANewOneHasItsSize) {  // C2
    fill(300);
    renumber();
    provider_.remove(300);
    provider_.add(sized_mail(5000, size_of(300)));
    settle();
    EXPECT_EQ(provider_.fetched, std::vector<std::uint64_t>{301});
    expect_in_step();
}

// A provider that writes its own fields into what it moves.
TEST_F(Renumbering, FieldsWereAdded) {  // 2.6, f2
    fill(60);
    move_with_a_new_field();
    const std::string other = provider_.maildrop[7].content + std::string(2100, 'y') + "\r\n";
    provider_.remove(provider_.maildrop[7].serial);
    insert_at(7, other);
    EXPECT_EQ(poll().rebound, 59U);
    settle();
    EXPECT_EQ(slots("INBOX").size(), 60U);
    EXPECT_EQ(contents().back(), other) << "that much is no field";
    EXPECT_EQ(mailbox()->columns().uid.size(), 61U) << "delivered again";
}

// The same letter, once directly and once through a list.
TEST_F(Renumbering, FieldsWereAddedAndSenderFieldsDoNotTell) {
    for (unsigned i = 1; i <= 30; ++i) provider_.add(mail(i));
    provider_.add("List-Id: <l.example.org>\r\n" + mail(30));
    collect();
    move_with_a_new_field();
    EXPECT_EQ(poll().rebound, 29U);
    settle();
    EXPECT_EQ(slots("INBOX").size(), 31U);
    EXPECT_TRUE(provider_.deleted.empty());
}

TEST_F(Renumbering, HeadersThatCannotBeHad) {
    fill(400);
    renumber();
    provider_.refuse_serial = 2;
    poll();
    provider_.refuse_serial.reset();
    settle();
    EXPECT_EQ(slots("INBOX").size(), 400U);
    EXPECT_TRUE(provider_.deleted.empty());
}

TEST_F(Renumbering, ACrashOnTheWay) {
    fill(400);
    renumber();
    provider_.add(mail(5000));
    for (const int step : {5, 30, 60, 90}) poll_until_crash(step);
    settle();
    expect_in_step();
}

TEST_F(Renumbering, ALineThatBreaksOnTheWay) {
    fill(400);
    renumber();
    provider_.cut_after = 40;
    EXPECT_FALSE(poll().end);
    EXPECT_EQ(receipts().size(), 400U) << "half of it was written";
    poll();
    expect_in_step();
}

TEST_F(Renumbering, WhatIsToBeDeletedIsLookedAt) {  // T6
    fill(400);
    expunge(mail(150));
    renumber();
    poll();
    EXPECT_EQ(provider_.deleted, std::vector<std::uint64_t>{150});
    provider_.header_fetches = 0;
    expunge(mail(20));
    poll();
    EXPECT_EQ(provider_.header_fetches, 1) << "its size alone told what it is";
    EXPECT_EQ(provider_.deleted, (std::vector<std::uint64_t>{150, 20}));
}

TEST_F(Renumbering, SoManyAreVerifiedThatSizesTellNothing) {
    fill(1000, 50);
    configure("absence: 1s, verify_renumbered: 1000");
    start();
    renumber();
    std::swap(provider_.maildrop[220], provider_.maildrop[270]);
    EXPECT_EQ(poll().rebound, 1000U);
    EXPECT_EQ(provider_.header_fetches, 1000);
    expect_in_step();
}

TEST_F(Renumbering, SoManyAreVerified) {
    fill(3000);
    configure("absence: 1s, verify_renumbered: 500");
    start();
    renumber();
    EXPECT_EQ(poll().rebound, 3000U);
    EXPECT_GE(provider_.header_fetches, 500);
    EXPECT_LE(provider_.header_fetches, 600);
    expect_in_step();
}

// Two messages of one size have changed places, and no sample hit them: each is taken for the other.
TEST_F(Renumbering, NothingIsDeletedForAnother) {  // I3
    fill(1000, 50);
    renumber();
    std::swap(provider_.maildrop[220], provider_.maildrop[270]);
    EXPECT_EQ(poll().rebound, 1000U);
    ASSERT_EQ(wrong_ones().size(), 2U) << "the sample hit them: take others";
    expunge(mail(221, 50));
    for (int i = 0; i < 3; ++i) poll();
    EXPECT_TRUE(provider_.deleted.empty());
    provider_.header_fetches = 0;
    EXPECT_TRUE(poll().unchanged);
    EXPECT_EQ(provider_.header_fetches, 0) << "it is looked at again and again";
    EXPECT_EQ(slots("INBOX").size(), 999U);
}

TEST_F(Renumbering, AnIdThatStayedIsAnothersNow) {  // C3
    for (unsigned i = 1; i <= 40; ++i) provider_.add(sized_mail(i, i == 9 ? 306 : 300 + i));
    collect();
    renumber();
    provider_.maildrop[5].uidl = "uid9";
    EXPECT_EQ(poll().rebound, 40U);
    settle();
    EXPECT_EQ(provider_.fetches, 0);
    expect_in_step();
}

TEST_F(Renumbering, DuringAFirstImportThatBreaks) {
    configure("newest_first: 2");
    for (unsigned i = 1; i <= 7; ++i) provider_.add(mail(i));
    provider_.add(mail(1));
    provision();
    hooks_.fault = [commits = 0]() mutable {
        return ++commits == 2 ? test::CommitFault::before : test::CommitFault::none;
    };
    poll();
    hooks_.fault = nullptr;
    ASSERT_EQ(slots("INBOX").size(), 2U);
    renumber();
    for (unsigned i = 9; i <= 11; ++i) provider_.add(mail(i));
    provider_.break_at_serial = 1;
    poll();
    provider_.break_at_serial.reset();
    settle();
    EXPECT_EQ(slots("INBOX").size(), 11U) << "of two equal ones, one was taken for a third";
}

TEST_F(Renumbering, IdsThatPassOnBeforeTheyWereFetched) {
    configure("newest_first: 1");
    for (unsigned i = 1; i <= 6; ++i) provider_.add(sized_mail(i, 300 + i));
    provider_.break_at_serial = 1;
    provision();
    poll();
    provider_.break_at_serial.reset();
    std::swap(provider_.maildrop[2].uidl, provider_.maildrop[3].uidl);
    settle();
    EXPECT_TRUE(wrong_ones().empty());
    for (const auto& receipt : receipts()) {
        if (receipt.uidl == "uid3") {
            EXPECT_EQ(receipt.size_listed, 304U) << "the size of another message";
        }
    }
}

TEST_F(Renumbering, WhatSeemedHiddenComesBackUnderNewIds) {
    hide(10);
    restore_under_new_ids();
    settle();
    expect_in_step();
}

TEST_F(Renumbering, WhatWasExpungedStaysSoWhenAQueueIsRestored) {  // B15, I2
    for (const bool header_fetch : {true, false}) {
        SCOPED_TRACE(header_fetch);
        reset();
        provider_.has_header_fetch = header_fetch;
        hide(40);
        expunge(mail(5), "INBOX");
        restore_under_new_ids();
        expect_expunged(5, 39);
    }
}

TEST_F(Renumbering, WhatWasExpungedStaysSoWhenASmallQueueIsRestored) {  // B15, I2
    hide(4);
    expunge(mail(3), "INBOX");
    restore_under_new_ids();
    expect_expunged(3, 3);
}

TEST_F(Renumbering, WhatWasExpungedStaysSoWhenAQueueIsRestoredBitByBit) {  // B15, I2
    hide(4);
    restore_under_new_ids();
    provider_.break_at_serial = 3;
    for (int i = 0; i < 3; ++i) poll();
    provider_.break_at_serial.reset();
    expunge(mail(3), "INBOX");
    expect_expunged(3, 3);
}

// It came back under a new id, and before that was acted upon it got another one.
TEST_F(Renumbering, WhatWasExpungedStaysSoWhenItComesBackUnderTwoIds) {  // B15, I2
    bool crashed = true;
    for (int step = 1; crashed; ++step) {
        SCOPED_TRACE(step);
        reset();
        for (unsigned i = 1; i <= 12; ++i) provider_.add(mail(i));
        provision();
        poll();
        provider_.away.swap(provider_.maildrop);
        expunge(mail(5), "INBOX");
        poll(3600);
        ASSERT_EQ(states()["uid5"], ReceiptState::delete_done);
        restore_under_new_ids();
        crashed = poll_until_crash(step);
        renumber(5);
        expect_expunged(5, 11);
    }
}

}  // namespace
}  // namespace postern::gateway
