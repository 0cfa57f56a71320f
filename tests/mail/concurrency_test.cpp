// Two cores, lanes with threads of their own, many accounts and sessions at once. Run under ThreadSanitizer it finds
// what crosses threads; everywhere it checks that nothing is lost or doubled.
#include <future>

#include "kernel/mail/verify.hpp"
#include "kernel/runtime/kernel_runtime.hpp"
#include "tests/mail/support/fixture.hpp"

namespace postern::mail::test {
namespace {

constexpr unsigned accounts = 6;
constexpr unsigned sessions = 4;
constexpr unsigned rounds = 12;

/// What one session does: deliver, tell itself, flag, copy, expunge.
Task<bool> work(std::shared_ptr<Account> account, unsigned session) {
    const MailboxId inbox = account->find_mailbox("INBOX")->id;
    const MailboxId archive = account->find_mailbox("Archive")->id;
    auto opened = co_await account->open_mailbox(inbox);
    if (!opened) co_return false;
    const std::shared_ptr<Mailbox> mailbox = *opened;
    const auto view = mailbox->open_view(false);
    for (unsigned round = 0; round < rounds; ++round) {
        DeliveryRequest delivery;
        delivery.mailbox = inbox;
        const std::size_t octets = round % 4 == 0 ? 100'000 : 2'000;  // the larger ones go over a CPU lane
        NewMail mail;
        mail.content = std::make_shared<const std::string>(message_text(session * 1000 + round, octets));
        delivery.messages.push_back(std::move(mail));
        auto delivered = co_await account->deliver(std::move(delivery));
        if (!delivered) co_return false;
        view->sync(true);
        const Slot mine = mailbox->find(delivered->uids.front());
        if (mine == no_slot) co_return false;
        StoreFlagsRequest flags;
        flags.slots = {mine};
        flags.flags = seen;
        flags.silent_for = view.get();
        auto stored = co_await mailbox->store_flags(std::move(flags));
        if (!stored || stored->changed.size() != 1) co_return false;
        TransferRequest move;
        move.slots = {mine};
        move.destination = archive;
        move.move = round % 2 == 0;
        auto moved = co_await mailbox->transfer(std::move(move));
        if (!moved || moved->source.size() != 1) co_return false;
        auto messages = co_await account->load_messages(delivered->messages);
        if (!messages || !messages->front()) co_return false;
        auto content = co_await account->read_content(messages->front(), 0, octets);
        if (!content || content->size() < octets) co_return false;
    }
    view->sync(true);
    co_return view->count() > 0;
}

/// `here`: on whichever core it runs, not on the account's own.
Task<void> session_of(MailService& service, AccountId account, unsigned session, bool here,
                      std::shared_ptr<std::promise<bool>> done) {
    Result<std::shared_ptr<Account>> opened = Error(Errc::internal);
    if (here) {
        opened = co_await service.open_here(account);
    } else {
        opened = co_await service.open(account);
    }
    bool good = false;
    if (opened) {
        good = co_await work(*opened, session);
    }
    done->set_value(good);
}

/// `on_both`: each account is open on both cores at once, and half of its sessions are on either.
void work_on_two_cores(bool on_both) {
    SilentLog log;
    const auto store = make_store();
    runtime::KernelRuntime kernel(2);
    kernel.open_lane(LaneKind::store, 4, 10'000);
    kernel.open_lane(LaneKind::cpu, 2, 10'000);
    const auto ledger = std::make_shared<runtime::LeaseLedger>();
    const auto facade = kernel.facade(ledger, log);
    auto service =
        std::make_unique<MailServiceImpl>(*facade, *store, log, MailOptions{}, std::vector<StoreGuard*>{});
    ASSERT_TRUE(service->start());
    kernel.start();
    std::vector<AccountId> ids;
    for (unsigned i = 0; i < accounts; ++i) {
        NewAccount fresh;
        fresh.login = "user" + std::to_string(i);
        auto made = runtime::run_and_wait(facade->core(0), service->create_account(fresh));
        ASSERT_TRUE(made);
        ids.push_back(*made);
    }
    std::vector<std::future<bool>> results;
    for (const AccountId id : ids) {
        for (unsigned session = 0; session < sessions; ++session) {
            const auto done = std::make_shared<std::promise<bool>>();
            results.push_back(done->get_future());
            const bool here = on_both && session % 2 == 1;
            const std::size_t core = facade->core_index(value_of(id));
            facade->spawn(facade->core(here ? 1 - core : core), "session",
                          session_of(*service, id, session, here, done));
        }
    }
    for (auto& result : results) EXPECT_TRUE(result.get());
    kernel.begin_stop();
    kernel.stop();
    auto reader = store->connect();
    ASSERT_TRUE(reader);
    for (const AccountId id : ids) {
        const auto findings = verify_account(**reader, id);
        ASSERT_TRUE(findings);
        EXPECT_EQ(*findings, std::vector<std::string>{});
        const auto view = (*reader)->load_account(id);
        ASSERT_TRUE(view);
        for (const auto& mailbox : view->mailboxes) {
            if (mailbox.name == "INBOX") {
                EXPECT_EQ(mailbox.total, sessions * rounds / 2) << mailbox.name;
            }
            if (mailbox.name == "Archive") {
                EXPECT_EQ(mailbox.total, sessions * rounds) << mailbox.name;
            }
        }
    }
    EXPECT_EQ(log.errors.load(), 0);
    service.reset();
}

TEST(MailConcurrency, AccountsOnTwoCoresKeepEverything) {
    work_on_two_cores(false);
}

TEST(MailConcurrency, AccountsOpenOnBothCoresKeepEverything) {
    work_on_two_cores(true);
}

}  // namespace
}  // namespace postern::mail::test
