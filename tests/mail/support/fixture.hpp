#pragma once
// An account over a fresh store, opened, with short names for what tests do all the time.
#include <gtest/gtest.h>

#include "kernel/mail/service.hpp"
#include "tests/mail/support/loop_runtime.hpp"

namespace postern::mail::test {

/// The store these tests run over: linked in, so that the same tests run over each.
std::unique_ptr<store::Store> make_store();

/// A message of about `octets` octets, different for each number.
std::string message_text(unsigned number, std::size_t octets = 400);

class MailFixture : public ::testing::Test {
protected:
    MailFixture();

    /// Opens the account through this service (another one of the same store is another node).
    std::shared_ptr<Account> open(MailServiceImpl& service);
    std::shared_ptr<Mailbox> open_mailbox(Account& account, std::string_view name);
    DeliveryResult deliver(Account& account, std::string_view mailbox, unsigned messages, FlagBits flags = 0);
    StoreFlagsResult store_flags(Mailbox& mailbox, std::vector<Slot> slots, StoreFlagsRequest::Mode mode,
                                 FlagBits flags, std::vector<std::string> keywords = {},
                                 View* silent_for = nullptr);
    ExpungeResult expunge(Mailbox& mailbox, std::vector<Slot> slots);
    std::string content(Account& account, const Mailbox& mailbox, Slot slot);
    store::MailboxRow row(std::string_view name);
    template <class T>
    T must(Result<T> result) {
        EXPECT_TRUE(result) << (result ? "" : result.error().to_string());
        return std::move(result.value());
    }
    void must(Result<void> result) { EXPECT_TRUE(result) << result.error().to_string(); }

    UnixTime clock_ = 1'800'000'000;
    LoopRuntime runtime_;
    SilentLog log_;
    std::unique_ptr<store::Store> store_ = make_store();
    MailServiceImpl service_;
    AccountId id_{};
    std::shared_ptr<Account> account_;
    unsigned next_message_ = 1;
};

}  // namespace postern::mail::test
