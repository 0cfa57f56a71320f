// A provider that moves its maildrops may write fields of its own into every message: neither header nor content is what it
// was. What the sender wrote is (gateway.md 2.6, step 3: f2).
#include <algorithm>
#include <iterator>
#include <map>
#include <set>

#include "gateway/fingerprint.hpp"
#include "gateway/sync_session.hpp"

namespace postern::gateway {

namespace {

constexpr std::uint64_t most_added = 2048;
constexpr std::size_t messages_at_once = 64;
constexpr std::uint64_t most_header = 65'536;

bool nearly_as_large(std::uint64_t a, std::uint64_t b) {
    return std::max(a, b) - std::min(a, b) <= most_added;
}

}  // namespace

// What the senders of stored messages wrote, read from the store.
Task<Outcome<std::multimap<std::string, SyncSession::ReceiptIndex>>> SyncSession::stored_sender_fingerprints(
    std::vector<ReceiptIndex> receipts) {
    std::multimap<std::string, ReceiptIndex> out;
    for (std::size_t begin = 0; begin < receipts.size(); begin += messages_at_once) {
        const std::size_t end = std::min(begin + messages_at_once, receipts.size());
        std::vector<MessageId> ids;
        for (std::size_t k = begin; k < end; ++k) ids.push_back(receipts_[receipts[k]].message);
        auto loaded = co_await context_.account->load_messages(std::move(ids));
        if (!loaded) co_return store_fault(loaded.error());
        auto present = *loaded;
        std::erase(present, nullptr);
        co_await context_.account->prefetch_content(std::move(present));
        for (std::size_t k = begin; k < end; ++k) {
            const auto& message = (*loaded)[k - begin];
            if (message == nullptr) continue;
            auto header = co_await context_.account->read_content(message, 0, most_header);
            if (!header) co_return store_fault(header.error());
            out.emplace(sender_fingerprint(*header), receipts[k]);
        }
    }
    out.erase(std::string());
    co_return out;
}

// Only where nearly all ids changed, and one to one: the copies that a list and a sender send differ by no more.
Task<Outcome<SyncSession::Pairs>> SyncSession::pair_by_sender_fields(std::vector<std::size_t> items,
                                                                     Pairs paired) {
    Pairs pairs;
    if (!suspect_renumbering_ || items.empty()) co_return pairs;
    std::set<ReceiptIndex> used;
    for (const auto& pair : paired) used.insert(pair.second);
    std::vector<ReceiptIndex> missing;
    std::copy_if(reconciled_.missing.begin(), reconciled_.missing.end(), std::back_inserter(missing),
                 [&](ReceiptIndex r) { return may_have_new_id(receipts_[r]) && !used.contains(r); });
    if (missing.empty()) co_return pairs;
    Pulse pulse = context_.pulse(remote_);
    auto stored = co_await stored_sender_fingerprints(std::move(missing));
    co_await pulse.stop();
    if (!stored) co_return stored.error();
    std::map<std::string, std::size_t> listed;
    for (const std::size_t item : items) ++listed[sender_fingerprints_[item]];
    for (const std::size_t item : items) {
        const std::string& written = sender_fingerprints_[item];
        if (listed[written] != 1 || stored->count(written) != 1) continue;
        const ReceiptIndex receipt = stored->find(written)->second;
        if (nearly_as_large(page_.items[item].size.value_or(0), receipts_[receipt].size_listed))
            pairs.emplace_back(item, receipt);
    }
    co_return pairs;
}

}  // namespace postern::gateway
