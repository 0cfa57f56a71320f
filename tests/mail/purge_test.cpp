// What was expunged long ago goes; what can still be restored stays.
#include "tests/mail/support/fixture.hpp"

namespace postern::mail::test {
namespace {

constexpr UnixTime day = 86400;

class Purge : public MailFixture {
protected:
    /// A server that starts now.
    std::unique_ptr<MailServiceImpl> start() {
        MailOptions options;
        options.clock = [this] { return clock_; };
        auto node = std::make_unique<MailServiceImpl>(runtime_, *store_, log_, std::move(options),
                                                      std::vector<StoreGuard*>{});
        must(node->start());
        return node;
    }
    std::size_t recoverable() { return must(runtime_.run(account_->list_recoverable(10'000))).size(); }
};

TEST_F(Purge, ExpungedMessagesAfterThirtyDays) {
    deliver(*account_, "INBOX", 1'203);
    const auto inbox = open_mailbox(*account_, "INBOX");
    std::vector<Slot> old(1'200);
    for (Slot slot = 0; slot < old.size(); ++slot) old[slot] = slot;
    expunge(*inbox, old);
    clock_ += 2 * day;
    expunge(*inbox, {1'200});
    EXPECT_EQ(recoverable(), 1'201U);
    clock_ += 28 * day + 1;
    const auto node = start();
    // More than one step of it.
    while (recoverable() > 1) {
    }
    runtime_.settle();
    EXPECT_EQ(recoverable(), 1U);
    EXPECT_EQ(row("INBOX").total, 2U);
    EXPECT_EQ(must(must(store_->connect())->verify(id_)), std::vector<std::string>{});
}

TEST_F(Purge, ReceiptsOfWhatIsGoneAfterNinetyDays) {
    auto session = must(store_->connect());
    store::SourceRow source;
    source.account = id_;
    source.id = SourceId{21};
    must(session->put_source(source));
    std::vector<store::ReceiptWrite> writes;
    for (const auto state : {store::ReceiptState::vanished, store::ReceiptState::stored}) {
        for (const UnixTime age : {91 * day, 89 * day}) {
            store::ReceiptWrite write;
            write.receipt.source = source.id;
            write.receipt.uidl = std::to_string(writes.size());
            write.receipt.state = state;
            write.receipt.last_seen = clock_ - age;
            writes.push_back(write);
        }
    }
    must(runtime_.run(account_->write_receipts(writes, std::nullopt)));
    const auto node = start();
    std::vector<store::Receipt> left = must(session->read_receipts(id_, source.id, store::any_receipt_state));
    while (left.size() == 4) {
        runtime_.settle();
        left = must(session->read_receipts(id_, source.id, store::any_receipt_state));
    }
    ASSERT_EQ(left.size(), 3U);
    for (const auto& receipt : left) EXPECT_NE(receipt.uidl, "0");
}

}  // namespace
}  // namespace postern::mail::test
