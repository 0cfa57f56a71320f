#include "postern/store/check.hpp"

#include <algorithm>
#include <tuple>
#include <vector>

namespace postern::store {

namespace {

bool has_counters(const NewChange& change) {
    const CounterDelta& counters = change.counters;
    return change.uids != 0 || counters.total != 0 || counters.unseen != 0 || counters.deleted != 0 ||
           counters.bytes != 0;
}

bool writes_a_receipt_twice(const std::vector<ReceiptWrite>& writes) {
    if (writes.size() < 2) return false;
    const auto key = [](const ReceiptWrite* write) {
        const Receipt& r = write->receipt;
        return std::tie(r.uidl, r.source, r.epoch, r.occurrence);
    };
    std::vector<const ReceiptWrite*> sorted;
    sorted.reserve(writes.size());
    for (const auto& write : writes) sorted.push_back(&write);
    std::ranges::sort(sorted, {}, key);
    return std::ranges::adjacent_find(sorted, {}, key) != sorted.end();
}

}  // namespace

Result<void> check(const Transaction& transaction) {
    for (const NewChange& change : transaction.changes) {
        if (change.mailbox == MailboxId{} && has_counters(change)) {
            return Error(Errc::invalid, "an account-level change has no counters");
        }
    }
    const auto too_large = [](const auto& row) { return value_of(row.id) > max_id; };
    if (std::ranges::any_of(transaction.creates, too_large) ||
        std::ranges::any_of(transaction.messages, too_large)) {
        return Error(Errc::invalid, "an id has more than 63 bits");
    }
    if (writes_a_receipt_twice(transaction.receipts)) {
        return Error(Errc::invalid, "a receipt is written twice in one transaction");
    }
    return {};
}

}  // namespace postern::store
