#include "gateway/reconcile.hpp"

#include <gtest/gtest.h>

namespace postern::gateway {
namespace {

using store::Receipt;
using store::ReceiptState;

RemoteItem item(std::string id, std::uint64_t size) {
    RemoteItem out;
    out.id = std::move(id);
    out.size = size;
    return out;
}
Receipt receipt(std::string uidl, std::uint64_t size, ReceiptState state = ReceiptState::stored,
                std::uint32_t occurrence = 0) {
    Receipt out;
    out.uidl = std::move(uidl);
    out.size_listed = size;
    out.state = state;
    out.occurrence = occurrence;
    return out;
}

TEST(Reconcile, KnownUnknownMissing) {
    const std::vector<RemoteItem> items = {item("b", 2), item("c", 3), item("", 9)};
    const std::vector<Receipt> receipts = {receipt("a", 1), receipt("b", 2)};
    const auto r = reconcile(items, receipts);
    ASSERT_EQ(r.known.size(), 1U);
    EXPECT_EQ(r.known[0].item, 0U);
    EXPECT_EQ(r.known[0].receipt, 1U);
    EXPECT_FALSE(r.known[0].doubtful || r.known[0].twin);
    ASSERT_EQ(r.unknown.size(), 1U);
    EXPECT_EQ(r.unknown[0].item, 1U);
    EXPECT_EQ(r.missing, std::vector<std::size_t>{0});
}

TEST(Reconcile, TwinsBySize) {
    const std::vector<RemoteItem> items = {item("a", 20), item("a", 10), item("a", 30)};
    const std::vector<Receipt> receipts = {receipt("a", 10, ReceiptState::stored, 0),
                                           receipt("a", 20, ReceiptState::stored, 1)};
    const auto r = reconcile(items, receipts);
    ASSERT_EQ(r.known.size(), 2U);
    EXPECT_EQ(r.known[0].receipt, 1U);
    EXPECT_EQ(r.known[1].receipt, 0U);
    EXPECT_TRUE(r.known[0].twin);
    ASSERT_EQ(r.unknown.size(), 1U);
    EXPECT_EQ(r.unknown[0].occurrence, 2U);
}

TEST(Reconcile, OfTwoThatFitTheOneThatWasListedLastTime) {  // C3
    const std::vector<RemoteItem> items = {item("a", 10)};
    const std::vector<Receipt> receipts = {receipt("a", 10, ReceiptState::suspect, 0),
                                           receipt("a", 10, ReceiptState::stored, 1)};
    const auto r = reconcile(items, receipts);
    ASSERT_EQ(r.known.size(), 1U);
    EXPECT_EQ(r.known[0].receipt, 1U);
    EXPECT_EQ(r.missing, std::vector<std::size_t>{0});
}

TEST(Reconcile, OtherSizeIsDoubtful) {
    const std::vector<RemoteItem> items = {item("a", 11)};
    const std::vector<Receipt> receipts = {receipt("a", 10)};
    const auto r = reconcile(items, receipts);
    ASSERT_EQ(r.known.size(), 1U);
    EXPECT_TRUE(r.known[0].doubtful);
}

TEST(Reconcile, TombstonesReturnOnlyWithTheirSize) {
    const std::vector<RemoteItem> items = {item("a", 10), item("b", 11)};
    const std::vector<Receipt> receipts = {receipt("a", 10, ReceiptState::vanished),
                                           receipt("b", 10, ReceiptState::delete_done)};
    const auto r = reconcile(items, receipts);
    ASSERT_EQ(r.returned.size(), 1U);
    EXPECT_EQ(r.returned[0].receipt, 0U);
    ASSERT_EQ(r.unknown.size(), 1U);
    EXPECT_EQ(r.unknown[0].occurrence, 1U);
    EXPECT_TRUE(r.missing.empty());
}

TEST(Reconcile, ReboundIsHistory) {
    const std::vector<RemoteItem> items = {item("a", 10)};
    const std::vector<Receipt> receipts = {receipt("a", 10, ReceiptState::rebound)};
    const auto r = reconcile(items, receipts);
    ASSERT_EQ(r.unknown.size(), 1U);
    EXPECT_EQ(r.unknown[0].occurrence, 1U) << "that one keeps its place in the table";
}

TEST(Reconcile, LooksRenumbered) {
    Reconciliation r;
    r.missing.resize(10);
    EXPECT_TRUE(looks_renumbered(r, 10));
    EXPECT_TRUE(looks_renumbered(r, 5));
    EXPECT_FALSE(looks_renumbered(r, 4));
    r.known.resize(2);
    EXPECT_FALSE(looks_renumbered(r, 10));
    r.known.clear();
    r.missing.resize(4);
    EXPECT_FALSE(looks_renumbered(r, 4));
}

TEST(Reconcile, LargeListingsAreQuick) {
    std::vector<RemoteItem> items;
    std::vector<Receipt> receipts;
    for (int i = 0; i < 50'000; ++i) {
        items.push_back(item("id" + std::to_string(i), 1));
        receipts.push_back(receipt("id" + std::to_string(49'999 - i), 1));
    }
    EXPECT_EQ(reconcile(items, receipts).known.size(), 50'000U);
}

Receipt with_header(Receipt receipt, std::string header) {
    receipt.header_fingerprint = std::move(header);
    return receipt;
}

TEST(Reconcile, HeadersComeBeforePosition) {
    const std::vector<RemoteItem> items = {item("a", 10), item("a", 10)};
    const std::vector<Receipt> receipts = {with_header(receipt("a", 10, ReceiptState::stored, 0), "x"),
                                           with_header(receipt("a", 10, ReceiptState::stored, 1), "y")};
    const auto swapped = reconcile(items, receipts, {{0, "y"}, {1, "x"}});
    ASSERT_EQ(swapped.known.size(), 2U);
    EXPECT_EQ(swapped.known[0].receipt, 1U);
    EXPECT_EQ(swapped.known[1].receipt, 0U);
    const auto other = reconcile(items, receipts, {{0, "y"}, {1, "z"}});
    ASSERT_EQ(other.known.size(), 1U);
    EXPECT_EQ(other.unknown.size(), 1U);
    EXPECT_EQ(other.missing, std::vector<std::size_t>{0});
    const auto not_known = reconcile(items, receipts, {{0, ""}});
    EXPECT_EQ(not_known.known.size(), 2U);
}

TEST(Reconcile, TheSameHeaderIsNotDoubtful) {
    const std::vector<RemoteItem> items = {item("a", 11)};
    const std::vector<Receipt> receipts = {with_header(receipt("a", 10), "x")};
    const auto r = reconcile(items, receipts, {{0, "x"}});
    ASSERT_EQ(r.known.size(), 1U);
    EXPECT_FALSE(r.known[0].doubtful);
}

TEST(Reconcile, TwinsThatOnlyTheirHeadersTell) {
    const auto stored = [](std::string header, ReceiptState state = ReceiptState::stored) {
        return with_header(receipt("a", 10, state), std::move(header));
    };
    const std::vector<RemoteItem> one = {item("b", 1), item("a", 10)};
    const std::vector<RemoteItem> two = {item("a", 10), item("b", 1), item("a", 10)};
    const auto ambiguous = [](const auto& items, const std::vector<Receipt>& receipts) {
        return ambiguous_twins(items, receipts);
    };
    using Items = std::vector<std::size_t>;
    EXPECT_EQ(ambiguous(one, {stored("x")}), Items{});
    EXPECT_EQ(ambiguous(one, {stored("x"), stored("y")}), Items{1}) << "one is gone: which?";
    EXPECT_EQ(ambiguous(one, {stored("x"), stored("x")}), Items{}) << "either";
    EXPECT_EQ(ambiguous(two, {stored("x"), stored("y")}), Items{}) << "as it was";
    EXPECT_EQ(ambiguous(two, {stored("x")}), (Items{0, 2})) << "one is new: which?";
    EXPECT_EQ(ambiguous(two, {stored("x", ReceiptState::delete_wanted), stored("y")}), (Items{0, 2}));
    EXPECT_EQ(ambiguous(one, {stored("x", ReceiptState::vanished), stored("y")}), Items{});
    EXPECT_EQ(ambiguous(two, {stored("x"), stored("", ReceiptState::listed)}), (Items{0, 2}))
        << "one was never fetched: which?";
    const std::vector<RemoteItem> sizes = {item("a", 10), item("a", 20)};
    EXPECT_EQ(ambiguous(sizes, {stored("x")}), Items{}) << "sizes tell";
}

}  // namespace
}  // namespace postern::gateway
