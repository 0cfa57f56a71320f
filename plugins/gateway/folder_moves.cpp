// What was moved on both sides at about the same time (gateway.md 4.1): it goes where the user of this side put it, and is
// there once. That a message is missing where it was does not tell whether it moved, as long as not every folder was looked at
// since; and it may have come as new before it was missed.
#include <algorithm>
#include <array>

#include "gateway/folder_sync.hpp"

namespace postern::gateway {

using store::bit;
using store::ReceiptState;

namespace {
/// What came as new longer ago than this is a copy, not the other end of a move.
constexpr UnixTime move_takes = seconds_per_day;
}  // namespace

bool FolderSync::looked_everywhere() const {
    return !report_.more && std::ranges::all_of(works_, [](const auto& work) {
        const bool never_read = work->state.token.empty() && work->state.bound.empty();
        return work->looked_at || never_read || work->gone_there || work->removed_here ||
               !work->state.selectable;
    });
}

bool FolderSync::was_looked_for(MessageId message) const {
    return looked_for_.contains(value_of(message)) && looked_everywhere();
}

// Once more in this session, but what cannot be read now is not asked for again and again.
void FolderSync::ask_again(MessageId message) {
    looked_for_now_.insert(value_of(message));
    if (!looked_for_.contains(value_of(message))) again_ = true;
}

void FolderSync::look_again(MessageId message, Work* work) {
    ask_again(message);
    work->settled = false;
    for (const ReceiptIndex index : receipts_of(message)) {
        Work* from = owner_of(receipts_[index]);
        if (from != nullptr && missing_.contains(index)) from->settled = false;
    }
}

// Missing where the user has taken it away from, too, or while a copy of it waits to go up.
bool FolderSync::may_have_moved(ReceiptIndex index, const Work& from) const {
    const auto& receipt = receipts_[index];
    const bool known = (bit(receipt.state) & there_states) != 0 && value_of(receipt.message) != 0;
    if (!known || from.removed_here || !from.mailbox || was_looked_for(receipt.message)) return false;
    if (was_put_elsewhere(receipt.message)) return true;
    return !lives_in(from, receipt.message) && !is_there(receipt.message, nullptr);
}

// It lies where it is missing: there it is to go, and what the user has put elsewhere is a copy.
bool FolderSync::is_about_to_go(MessageId message) const {
    return std::ranges::any_of(receipts_of(message), [&](const ReceiptIndex index) {
        const auto missing = missing_.find(index);
        return missing != missing_.end() && lives_in(*missing->second, message);
    });
}

// Messages here of which the provider had something once, and has nothing now.
std::set<std::uint64_t> FolderSync::lost_there() const {
    std::set<std::uint64_t> out;
    for (const auto& work : works_) {
        if (!may_take(*work)) continue;
        const auto columns = work->mailbox->columns();
        for (mail::Slot slot = 0; slot < work->mailbox->slot_count(); ++slot) {
            const MessageId message = columns.message[slot];
            if (!columns.is_alive(slot) || work->state.bound.contains(columns.uid[slot])) continue;
            if (!is_there(message, nullptr) && !is_about_to_go(message)) out.insert(value_of(message));
        }
    }
    return out;
}

// What came from there as new of late.
std::unordered_multimap<std::string, FolderSync::ReceiptIndex> FolderSync::fresh_by_header() const {
    std::unordered_multimap<std::string, ReceiptIndex> out;
    for (ReceiptIndex i = 0; i < receipts_.size(); ++i) {
        const auto& receipt = receipts_[i];
        const bool fresh = receipt.first_seen >= now() - move_takes;
        if (fresh && is_open(i) && value_of(receipt.message) != 0 && !receipt.header_fingerprint.empty())
            out.emplace(receipt.header_fingerprint, i);
    }
    return out;
}

// The one place where a message lies here.
std::optional<std::pair<std::shared_ptr<mail::Mailbox>, mail::Slot>> FolderSync::only_place(
    MessageId message) const {
    std::optional<std::pair<std::shared_ptr<mail::Mailbox>, mail::Slot>> out;
    std::size_t count = 0;
    const std::array<MessageId, 1> ids = {message};
    const auto look = [&](const std::shared_ptr<mail::Mailbox>& mailbox) {
        const auto slots = mailbox->find_messages(ids);
        count += slots.size();
        if (!slots.empty()) out.emplace(mailbox, slots.front());
    };
    for (const auto& work : works_) {
        if (takes_part(*work)) look(work->mailbox);
    }
    for (const auto& mailbox : elsewhere_) look(mailbox);
    return count == 1 ? out : std::nullopt;
}

// What came as new is the message that the user moved: the second one goes, wherever it lies by now, and its receipt is the
// first one's. Of a message that the user has copied since neither goes.
Task<Outcome<bool>> FolderSync::join(MessageId message, ReceiptIndex twin) {
    const MessageId other = receipts_[twin].message;
    std::vector<MessageId> ids = {message, other};
    auto loaded = co_await context_.account->load_messages(std::move(ids));
    if (!loaded) co_return store_fault(loaded.error());
    const bool same = loaded->at(0) != nullptr && loaded->at(1) != nullptr &&
                      loaded->at(0)->content == loaded->at(1)->content;
    const auto others = receipts_of(other);
    const auto receipts_there = std::ranges::count_if(others, [this](ReceiptIndex i) { return is_open(i); });
    const auto place = only_place(other);
    if (!same || receipts_there != 1 || !place) co_return false;
    const std::shared_ptr<mail::Mailbox> mailbox = place->first;
    const mail::SlotHold hold(mailbox);
    const Uid uid = mailbox->columns().uid[place->second];
    store::Receipt joined = receipts_[twin];
    joined.message = message;
    mail::ExpungeRequest request;
    request.force = true;
    request.last_copy = store::LastCopy::keep_remote;
    request.slots = std::vector<mail::Slot>(1, place->second);
    request.fence = context_.fence;
    request.cause = cause("MOVE");
    store::ReceiptWrite write;
    write.receipt = joined;
    request.receipts.push_back(std::move(write));
    for (const ReceiptIndex gone : receipts_of(message)) {
        if (missing_.erase(gone) != 0) request.receipts.push_back(move_to(gone, ReceiptState::rebound));
    }
    auto expunged = co_await mailbox->expunge(std::move(request));
    if (!expunged) co_return store_fault(expunged.error());
    for (const auto& work : works_) {
        if (work->mailbox == mailbox) work->state.forget(uid);
    }
    add_receipt(std::move(joined));
    ++report_.rebound;
    co_return true;
}

Task<Outcome<void>> FolderSync::join_moved() {
    std::optional<std::unordered_multimap<std::string, ReceiptIndex>> fresh;
    const std::set<std::uint64_t> lost = lost_there();
    for (const std::uint64_t id : lost) {
        const MessageId message{id};
        std::vector<ReceiptIndex> twins;
        for (const ReceiptIndex index : receipts_of(message)) {
            const store::Receipt& receipt = receipts_[index];
            if (receipt.header_fingerprint.empty()) continue;
            if (!fresh) fresh = fresh_by_header();
            const auto range = fresh->equal_range(receipt.header_fingerprint);
            for (auto entry = range.first; entry != range.second; ++entry) {
                const store::Receipt& other = receipts_[entry->second];
                if (other.size_listed == receipt.size_listed && other.message != message)
                    twins.push_back(entry->second);
            }
        }
        for (const ReceiptIndex twin : twins) {
            auto joined = co_await join(message, twin);
            if (!joined) co_return joined.error();
            if (*joined) break;
        }
    }
    co_return Outcome<void>{};
}

}  // namespace postern::gateway
