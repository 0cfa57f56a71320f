// An account as protocols use it: deliver, open, tell, flag, expunge, copy, move, tree.
#include "tests/mail/support/fixture.hpp"

namespace postern::mail::test {
namespace {

using Mode = StoreFlagsRequest::Mode;

class AccountTest : public MailFixture {};

TEST_F(AccountTest, NewAccountHasTheUsualMailboxesSubscribed) {
    std::vector<std::string> names;
    for (const auto& info : account_->mailboxes()) names.push_back(info.name);
    EXPECT_EQ(names, (std::vector<std::string>{"Archive", "Drafts", "INBOX", "Junk", "Sent", "Trash"}));
    EXPECT_EQ(account_->subscriptions(), names);
    EXPECT_EQ(account_->find_mailbox("Sent")->special_use, std::vector<std::string>{"\\Sent"});
    EXPECT_NE(account_->find_mailbox("inbox"), nullptr);
}

TEST_F(AccountTest, DeliveredMessageIsReadBackOctetExact) {
    const auto result = deliver(*account_, "INBOX", 2);
    EXPECT_EQ(result.uids, (std::vector<Uid>{1, 2}));
    const auto inbox = open_mailbox(*account_, "INBOX");
    ASSERT_EQ(inbox->slot_count(), 2U);
    EXPECT_EQ(inbox->columns().message[0], result.messages[0]);
    EXPECT_EQ(content(*account_, *inbox, 0), message_text(1));
    EXPECT_EQ(content(*account_, *inbox, 1), message_text(2));
    EXPECT_EQ(account_->find_mailbox("INBOX")->total, 2U);
    EXPECT_EQ(account_->find_mailbox("INBOX")->unseen, 2U);
    EXPECT_EQ(account_->used_count(), 2U);
}

TEST_F(AccountTest, LargeMessageGoesThroughChunks) {
    DeliveryRequest request;
    request.mailbox = account_->find_mailbox("INBOX")->id;
    const std::string text = message_text(7, 700'000);
    NewMail mail;
    mail.content = std::make_shared<const std::string>(text);
    request.messages.push_back(mail);
    must(runtime_.run(account_->deliver(request)));
    MailServiceImpl other(runtime_, *store_, log_, {}, {});  // nothing cached
    const auto account = open(other);
    const auto inbox = open_mailbox(*account, "INBOX");
    EXPECT_EQ(content(*account, *inbox, 0), text);
    EXPECT_EQ(inbox->columns().size[0], text.size());
}

TEST_F(AccountTest, ViewLearnsOfNewMailAndFlags) {
    deliver(*account_, "INBOX", 3);
    const auto inbox = open_mailbox(*account_, "INBOX");
    const auto view = inbox->open_view(false);
    EXPECT_EQ(view->count(), 3U);
    EXPECT_EQ(view->recent(), 3U);
    EXPECT_FALSE(view->has_changes(true));
    deliver(*account_, "INBOX", 2, seen);
    EXPECT_TRUE(view->has_changes(false));
    store_flags(*inbox, {1}, Mode::add, flagged, {"$Work"});
    const auto changes = view->sync(false);
    EXPECT_EQ(changes.exists, 5U);
    EXPECT_EQ(changes.recent, 5U);
    EXPECT_EQ(changes.flags, std::vector<Slot>{1});
    EXPECT_TRUE(changes.keywords_changed);
    EXPECT_TRUE(view->sync(true).empty());
    EXPECT_EQ(inbox->columns().flags[1], flagged);
    EXPECT_EQ(inbox->keywords(), std::vector<std::string>{"$Work"});
    EXPECT_EQ(row("INBOX").unseen, 3U);
}

TEST_F(AccountTest, SilentChangesAreToldToOthersOnly) {
    deliver(*account_, "INBOX", 2);
    const auto inbox = open_mailbox(*account_, "INBOX");
    const auto mine = inbox->open_view(false);
    const auto other = inbox->open_view(false);
    store_flags(*inbox, {0}, Mode::add, seen, {}, mine.get());
    EXPECT_FALSE(mine->has_changes(true));
    EXPECT_TRUE(mine->sync(true).empty());
    EXPECT_EQ(other->sync(true).flags, std::vector<Slot>{0});
}

TEST_F(AccountTest, ExpungesWaitUntilTheyMayBeTold) {
    deliver(*account_, "INBOX", 5);
    const auto inbox = open_mailbox(*account_, "INBOX");
    const auto view = inbox->open_view(true);
    EXPECT_EQ(expunge(*inbox, {1, 3}).uids, (std::vector<Uid>{2, 4}));
    EXPECT_EQ(view->sync(false).expunged.size(), 0U);
    EXPECT_EQ(view->count(), 5U);
    EXPECT_EQ(view->slot_of_number(2), 1U);
    EXPECT_TRUE(view->is_expunged(1));
    EXPECT_EQ(view->number_of(4), 5U);
    EXPECT_EQ(view->next(0), 1U);
    deliver(*account_, "INBOX", 1);
    EXPECT_EQ(view->sync(false).exists, 6U);
    const auto changes = view->sync(true);
    ASSERT_EQ(changes.expunged.size(), 2U);
    EXPECT_EQ(changes.expunged[0].number, 2U);
    EXPECT_EQ(changes.expunged[1].number, 3U);
    EXPECT_EQ(changes.expunged[1].uid, 4U);
    EXPECT_EQ(view->count(), 4U);
    EXPECT_EQ(view->number_of(4), 3U);
    EXPECT_EQ(view->slot_of_uid(4), no_slot);
}

TEST_F(AccountTest, CopyAndMoveKeepContentFlagsAndCounters) {
    deliver(*account_, "INBOX", 3, seen);
    const auto inbox = open_mailbox(*account_, "INBOX");
    const auto archive = open_mailbox(*account_, "Archive");
    store_flags(*inbox, {0}, Mode::add, deleted, {"Label"});
    TransferRequest copy;
    copy.slots = {0, 2};
    copy.destination = account_->find_mailbox("Archive")->id;
    const auto copied = must(runtime_.run(inbox->transfer(copy)));
    EXPECT_EQ(copied.source, (std::vector<Uid>{1, 3}));
    EXPECT_EQ(copied.destination, (std::vector<Uid>{1, 2}));
    EXPECT_EQ(copied.uidvalidity, account_->find_mailbox("Archive")->uidvalidity);
    EXPECT_EQ(archive->columns().flags[0], seen | deleted);
    EXPECT_EQ(archive->keyword_set(archive->columns().keywords[0]).size(), 1U);
    TransferRequest move = copy;
    move.slots = {1};
    move.move = true;
    const auto moved = must(runtime_.run(inbox->transfer(move)));
    EXPECT_EQ(moved.destination, std::vector<Uid>{3});
    EXPECT_EQ(inbox->find(2), no_slot);
    EXPECT_EQ(moved.modseq, account_->change_seq());
    EXPECT_EQ(row("INBOX").total, 2U);
    EXPECT_EQ(row("Archive").total, 3U);
    EXPECT_EQ(row("Archive").deleted, 1U);
    EXPECT_EQ(content(*account_, *archive, 2), message_text(2));
}

TEST_F(AccountTest, ADeliveryReplacesAMessageInOneStep) {
    deliver(*account_, "INBOX", 3, seen);
    const auto inbox = open_mailbox(*account_, "INBOX");
    const auto view = inbox->open_view(false);
    const Modseq before = account_->change_seq();
    DeliveryRequest request;
    request.mailbox = inbox->info().id;
    NewMail mail;
    mail.content = std::make_shared<const std::string>(message_text(9));
    request.messages.push_back(mail);
    request.replaced_in = inbox;
    request.replaced = {1};
    const auto done = must(runtime_.run(account_->deliver(request)));
    EXPECT_EQ(done.uids, std::vector<Uid>{4});
    EXPECT_EQ(done.modseq, before + 1);
    EXPECT_EQ(done.expunge_modseq, before + 2);
    EXPECT_EQ(account_->change_seq(), before + 2);
    EXPECT_EQ(inbox->find(2), no_slot);
    EXPECT_EQ(content(*account_, *inbox, inbox->find(4)), message_text(9));
    EXPECT_EQ(row("INBOX").total, 3U);
    EXPECT_EQ(row("INBOX").unseen, 1U);
    const auto changes = view->sync(true);
    EXPECT_EQ(changes.expunged.size(), 1U);
    EXPECT_EQ(changes.exists, 3U);

    // Into another mailbox; and of a message that is gone, nothing happens.
    request.mailbox = account_->find_mailbox("Sent")->id;
    request.replaced = {0};
    EXPECT_EQ(must(runtime_.run(account_->deliver(request))).uids, std::vector<Uid>{1});
    EXPECT_EQ(row("Sent").total, 1U);
    EXPECT_EQ(row("INBOX").total, 2U);
    const auto gone = runtime_.run(account_->deliver(request));
    ASSERT_FALSE(gone);
    EXPECT_EQ(gone.error().code, Errc::not_found);
    EXPECT_EQ(row("Sent").total, 1U);
    EXPECT_EQ(row("INBOX").total, 2U);
}

TEST_F(AccountTest, LastPlacementLeavesAMessageThatCanBeRestored) {
    const auto delivered = deliver(*account_, "INBOX", 1);
    const auto inbox = open_mailbox(*account_, "INBOX");
    expunge(*inbox, {0});
    const auto gone = must(runtime_.run(account_->list_recoverable(10)));
    ASSERT_EQ(gone.size(), 1U);
    EXPECT_EQ(gone[0].id, delivered.messages[0]);
    DeliveryRequest restore;
    restore.mailbox = account_->find_mailbox("INBOX")->id;
    NewMail mail;
    mail.existing = gone[0].id;
    restore.messages.push_back(mail);
    const auto restored = must(runtime_.run(account_->deliver(restore)));
    EXPECT_EQ(restored.uids, std::vector<Uid>{2});
    EXPECT_EQ(content(*account_, *inbox, inbox->find(2)), message_text(1));
    EXPECT_TRUE(must(runtime_.run(account_->list_recoverable(10))).empty());
}

TEST_F(AccountTest, UnchangedSinceRefusesWhatSomebodyChanged) {
    deliver(*account_, "INBOX", 2);
    const auto inbox = open_mailbox(*account_, "INBOX");
    const Modseq before = account_->change_seq();
    store_flags(*inbox, {0}, Mode::add, seen);
    StoreFlagsRequest request;
    request.slots = {0, 1};
    request.mode = Mode::add;
    request.flags = flagged;
    request.unchanged_since = before;
    const auto result = must(runtime_.run(inbox->store_flags(request)));
    EXPECT_EQ(result.modified, std::vector<Slot>{0});
    EXPECT_EQ(result.changed, std::vector<Slot>{1});
    EXPECT_EQ(inbox->columns().modseq[1], result.modseq);
}

TEST_F(AccountTest, MailboxTree) {
    must(runtime_.run(account_->create_mailbox("Work/2026/May", {})));
    EXPECT_NE(account_->find_mailbox("Work/2026"), nullptr);
    const auto taken = runtime_.run(account_->create_mailbox("Work", {}));
    EXPECT_EQ(taken.error().code, Errc::already_exists);
    must(runtime_.run(account_->rename_mailbox("Work", "Office/Old", {})));
    EXPECT_NE(account_->find_mailbox("Office/Old/2026/May"), nullptr);
    EXPECT_EQ(account_->find_mailbox("Work/2026"), nullptr);
    deliver(*account_, "Office/Old", 2);
    const auto old = open_mailbox(*account_, "Office/Old");
    must(runtime_.run(account_->delete_mailbox("Office/Old", {})));
    EXPECT_TRUE(old->exists());
    EXPECT_EQ(account_->find_mailbox("Office/Old")->total, 0U);
    EXPECT_EQ(runtime_.run(account_->delete_mailbox("Office/Old", {})).error().code, Errc::invalid);
    must(runtime_.run(account_->delete_mailbox("Office/Old/2026/May", {})));
    EXPECT_EQ(account_->find_mailbox("Office/Old/2026/May"), nullptr);
    EXPECT_EQ(runtime_.run(account_->delete_mailbox("INBOX", {})).error().code, Errc::invalid);
    EXPECT_EQ(runtime_.run(account_->create_mailbox("a//b", {})).error().code, Errc::invalid);
    EXPECT_EQ(runtime_.run(account_->create_mailbox("\xff", {})).error().code, Errc::invalid);
}

TEST_F(AccountTest, RenamingInboxMovesItsMessages) {
    deliver(*account_, "INBOX", 3);
    const auto inbox = open_mailbox(*account_, "INBOX");
    must(runtime_.run(account_->rename_mailbox("inbox", "Old mail", {})));
    EXPECT_EQ(account_->find_mailbox("INBOX")->total, 0U);
    const auto old = open_mailbox(*account_, "Old mail");
    ASSERT_EQ(old->slot_count(), 3U);
    EXPECT_EQ(content(*account_, *old, 1), message_text(2));
}

TEST_F(AccountTest, DeletedMailboxLeavesViewsWhatTheyHave) {
    must(runtime_.run(account_->create_mailbox("Gone", {})));
    deliver(*account_, "Gone", 2);
    const auto mailbox = open_mailbox(*account_, "Gone");
    const auto view = mailbox->open_view(false);
    const auto uidvalidity = mailbox->info().uidvalidity;
    must(runtime_.run(account_->delete_mailbox("Gone", {})));
    EXPECT_FALSE(mailbox->exists());
    EXPECT_EQ(mailbox->info().name, "Gone");
    EXPECT_EQ(view->count(), 2U);
    EXPECT_EQ(content(*account_, *mailbox, 0), message_text(1));
    EXPECT_EQ(account_->used_count(), 0U);
    must(runtime_.run(account_->create_mailbox("Gone", {})));
    EXPECT_GT(account_->find_mailbox("Gone")->uidvalidity, uidvalidity);
    StoreFlagsRequest request;
    request.slots = {0};
    EXPECT_EQ(runtime_.run(mailbox->store_flags(request)).error().code, Errc::not_found);
}

}  // namespace
}  // namespace postern::mail::test
