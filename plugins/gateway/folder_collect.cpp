// Messages that are new there come here: by what is known already, if they only moved or were renumbered, else whole.
#include <algorithm>
#include <array>
#include <deque>

#include "gateway/fingerprint.hpp"
#include "gateway/folder_sync.hpp"

namespace postern::gateway {

using store::bit;
using store::ReceiptState;

namespace {

constexpr std::size_t batch_messages = 100;
constexpr std::uint64_t batch_octets = 8ULL << 20;
/// Of messages that are asked for and not received yet: a server may send all of them at once.
constexpr std::uint64_t octets_on_the_way = 16ULL << 20;
constexpr std::uint32_t tries = 3;
constexpr UnixTime retry_later = 3600;

}  // namespace

bool FolderSync::budget_spent() const {
    return now() - round_at_ > policy().session.count() || fetched_octets_ > policy().session_octets;
}

// gateway.md 2.6 and 4.1: size, then header. Messages that are missing somewhere may be the ones that are new here.
Task<Outcome<void>> FolderSync::recognise(Work* work, std::vector<Wanted>* wanted) {
    std::multimap<std::uint64_t, ReceiptIndex> candidates;
    for (const auto& [index, where] : missing_) {
        const auto& receipt = receipts_[index];
        if (!receipt.header_fingerprint.empty() && value_of(receipt.message) != 0) {
            candidates.emplace(receipt.size_listed, index);
        }
    }
    if (candidates.empty()) co_return Outcome<void>{};
    std::vector<std::size_t> asked;
    for (std::size_t i = 0; i < wanted->size(); ++i) {
        if (candidates.contains((*wanted)[i].receipt.size_listed)) asked.push_back(i);
    }
    std::set<std::size_t> placed;
    std::size_t sent = 0;
    for (std::size_t received = 0; received < asked.size(); ++received) {
        while (sent < asked.size() && sent - received < remote_->fetch_window()) {
            FetchRequest request;
            request.ref = work->page.items[(*wanted)[asked[sent++]].item].ref;
            request.part = FetchPart::header;
            auto started = co_await remote_->start_fetch(request);
            if (!started) co_return started.error();
        }
        auto fetched = co_await remote_->receive();
        if (!fetched && !remote_->alive()) co_return fetched.error();
        if (!fetched) continue;
        const Wanted& one = (*wanted)[asked[received]];
        const std::string fingerprint = header_fingerprint(*fetched->content);
        const auto range = candidates.equal_range(one.receipt.size_listed);
        auto match = candidates.end();
        for (auto candidate = range.first; candidate != range.second; ++candidate) {
            if (receipts_[candidate->second].header_fingerprint != fingerprint) continue;
            auto lives = co_await lives_where_it_was(candidate->second);
            if (!lives) co_return lives.error();
            if (match == candidates.end() || *lives) match = candidate;
            // Rather one that lies where it was than one that the user took away: that may be of a move that broke off.
            if (*lives) break;
        }
        if (match == candidates.end()) continue;
        const ReceiptIndex known = match->second;
        candidates.erase(match);
        auto done = co_await place_known(work, one, known);
        if (!done) co_return done.error();
        if (*done) placed.insert(asked[received]);
    }
    std::vector<Wanted> left;
    for (std::size_t i = 0; i < wanted->size(); ++i) {
        if (!placed.contains(i)) left.push_back(std::move((*wanted)[i]));
    }
    *wanted = std::move(left);
    co_return Outcome<void>{};
}

FlagState FolderSync::flags_of(const RemoteItem& item) {
    return {item.flags.value_or(0), item.keywords};
}

Task<Outcome<bool>> FolderSync::lives_where_it_was(ReceiptIndex index) {
    Work* from = missing_.at(index);
    if (from->removed_here) co_return false;
    auto opened = co_await open_mailbox(from);
    if (!opened) co_return opened.error();
    co_return lives_in(*from, receipts_[index].message);
}

// Whether the user took the message away from where it still was at the provider.
Task<Outcome<bool>> FolderSync::moved_here(ReceiptIndex known) {
    if (!missing_.at(known)->removed_here) {
        auto lives = co_await lives_where_it_was(known);
        if (!lives) co_return lives.error();
        co_return !*lives;
    }
    // Before the user removed the mailbox; what was removed with it lives on where it turns up.
    auto opened = co_await open_all();
    if (!opened) co_return opened.error();
    const MessageId message = receipts_[known].message;
    const std::array<MessageId, 1> ids = {message};
    const bool elsewhere = std::ranges::any_of(
        elsewhere_, [&](const auto& mailbox) { return !mailbox->find_messages(ids).empty(); });
    co_return elsewhere || std::ranges::any_of(works_, [&](const auto& work) {
        return takes_part(*work) && lives_in(*work, message) && !is_there(message, work.get());
    });
}

// Where the message that is there lies here, not a copy that the user made beside it.
mail::Slot FolderSync::bound_slot(const Work& work, MessageId message) {
    if (!work.mailbox) return mail::no_slot;
    const std::array<MessageId, 1> ids = {message};
    const auto slots = work.mailbox->find_messages(ids);
    for (const mail::Slot slot : slots) {
        if (work.state.bound.contains(work.mailbox->columns().uid[slot])) return slot;
    }
    // As after a crash, before anything was agreed about it.
    return slots.size() == 1 ? slots.front() : mail::no_slot;
}

// Flags that the user changed before the move became known here are not lost by it.
FlagState FolderSync::merged_where_it_was(const Work& from, MessageId message, const FlagState& there) const {
    const mail::Slot slot = bound_slot(from, message);
    if (slot == mail::no_slot) return there;
    const Uid uid = from.mailbox->columns().uid[slot];
    return merge_flags(from.state.agreed(uid), flags_here(*from.mailbox, slot), there);
}

// The message is here already: renumbered, it only gets another id; moved, another place. If the user moved or removed it
// meanwhile, that is what happens to it there, too, under its new id. False: it is not here any more.
Task<Outcome<bool>> FolderSync::place_known(Work* work, Wanted wanted, ReceiptIndex known) {
    const RemoteItem& item = work->page.items[wanted.item];
    store::Receipt receipt = receipts_[known];
    receipt.uidl = wanted.receipt.uidl;
    receipt.state = ReceiptState::stored;
    receipt.last_seen = now();
    store::ReceiptWrite write;
    write.receipt = receipt;
    // Beside a copy that is there, too, it is a message of its own.
    if (is_there(receipt.message, work)) co_return false;
    Work* from = missing_.at(known);
    auto moved = co_await moved_here(known);
    if (!moved) co_return moved.error();
    if (!*moved && !lives_in(*work, receipt.message)) {
        auto placed = co_await place_moved(work, from, item, write);
        if (!placed) co_return placed.error();
        if (*placed) {
            std::vector<store::ReceiptWrite> left(1, move_to(known, ReceiptState::rebound));
            auto written = co_await this->write(std::move(left));
            if (!written) co_return written.error();
            missing_.erase(known);
            co_return true;
        }
        // The user was quicker.
        moved = co_await moved_here(known);
        if (!moved) co_return moved.error();
    }
    if (*moved || lives_in(*work, receipt.message)) {
        std::vector<store::ReceiptWrite> writes;
        writes.push_back(std::move(write));
        // A copy that the user made here lay there already: where it was it is missed as before, and goes.
        const bool goes = !*moved && from != work;
        if (!goes) writes.push_back(move_to(known, ReceiptState::rebound));
        auto written = co_await this->write(std::move(writes));
        if (!written) co_return written.error();
        if (!goes) missing_.erase(known);
        add_receipt(std::move(receipt));
        ++report_.rebound;
        co_return true;
    }
    co_return false;
}

// From one place to the other in one transaction: else the user could take it away from where it was, and have it twice.
Task<Outcome<bool>> FolderSync::place_moved(Work* work, Work* from, RemoteItem item,
                                            store::ReceiptWrite write) {
    store::Receipt receipt = write.receipt;
    const FlagState flags = merged_where_it_was(*from, receipt.message, flags_of(item));
    mail::NewMail message;
    message.existing = receipt.message;
    message.flags = flags.bits;
    message.keywords = flags.keywords;
    message.internal_date = item.date;
    message.receipt = std::move(write);
    mail::DeliveryRequest request;
    request.mailbox = work->state.mailbox;
    request.messages.push_back(std::move(message));
    request.fence = context_.fence;
    request.cause = cause("MOVE");
    Uid left = 0;
    const mail::SlotHold hold =
        from->removed_here || !from->mailbox ? mail::SlotHold() : mail::SlotHold(from->mailbox);
    if (const auto slot = from->removed_here ? mail::no_slot : bound_slot(*from, receipt.message);
        slot != mail::no_slot) {
        request.replaced_in = from->mailbox;
        request.replaced.push_back(slot);
        left = from->mailbox->columns().uid[slot];
    }
    auto delivered = co_await context_.account->deliver(std::move(request));
    if (!delivered && delivered.error().code == Errc::not_found) co_return false;
    if (!delivered) co_return store_fault(delivered.error());
    if (left != 0) from->state.forget(left);
    work->state.agree(delivered->uids.front(), flags_of(item));
    add_receipt(std::move(receipt));
    ++report_.rebound;
    co_return true;
}

// What was to go up into this folder; and what was to go up at all, wherever the user has put it since.
Task<Outcome<void>> FolderSync::find_waiting(Work* work) {
    waiting_.clear();
    for (const auto& other : works_) {
        if (other->removed_here || (other.get() != work && !changed_here(*other))) continue;
        auto opened = co_await open_mailbox(other.get());
        if (!opened) co_return opened.error();
        note_waiting(*other->mailbox, other.get(), other.get() == work);
    }
    auto opened = co_await open_elsewhere();
    if (!opened) co_return opened.error();
    for (const auto& mailbox : elsewhere_) {
        const MailboxId id = mailbox->info().id;
        const bool known =
            std::ranges::any_of(works_, [id](const auto& other) { return other->state.mailbox == id; });
        if (!known) note_waiting(*mailbox, nullptr, false);
    }
    // What was to go up into this folder is the first that is thought of.
    std::stable_partition(waiting_.begin(), waiting_.end(),
                          [work](const Waiting& waiting) { return waiting.work == work; });
    co_return Outcome<void>{};
}

void FolderSync::note_waiting(const mail::Mailbox& mailbox, Work* work, bool also_copies) {
    const auto columns = mailbox.columns();
    for (mail::Slot slot = 0; slot < mailbox.slot_count(); ++slot) {
        if (!columns.is_alive(slot)) continue;
        if (work != nullptr && work->state.bound.contains(columns.uid[slot])) continue;
        if (!also_copies && is_there(columns.message[slot], nullptr)) continue;
        waiting_.push_back({work, columns.uid[slot], columns.message[slot], columns.size[slot]});
    }
}

// What was sent up before the answer got lost comes back as new: it is what waits here to be sent.
Task<Outcome<bool>> FolderSync::bind_upload(Work* work, Wanted wanted,
                                            std::shared_ptr<const std::string> content) {
    std::vector<MessageId> ids;
    for (const auto& waiting : waiting_) {
        if (waiting.size == content->size()) ids.push_back(waiting.message);
    }
    if (ids.empty()) co_return false;
    auto loaded = co_await context_.account->load_messages(ids);
    if (!loaded) co_return store_fault(loaded.error());
    const ContentHash hash = content_hash(*content);
    MessageId same{};
    for (const auto& message : *loaded) {
        if (message == nullptr || message->content != hash) continue;
        same = message->id;
        break;
    }
    if (value_of(same) == 0) co_return false;
    const auto found = std::find_if(waiting_.begin(), waiting_.end(),
                                    [same](const Waiting& waiting) { return waiting.message == same; });
    const Uid uid = found->uid;
    const bool lies_here = found->work == work;
    waiting_.erase(found);
    wanted.receipt.state = ReceiptState::stored;
    wanted.receipt.message = same;
    wanted.receipt.stored_at = now();
    wanted.receipt.header_fingerprint = header_fingerprint(*content);
    std::vector<store::ReceiptWrite> writes(1);
    writes[0].receipt = wanted.receipt;
    auto written = co_await write(std::move(writes));
    if (!written) co_return written.error();
    // Else it goes there, too, to where it lies by now.
    if (lies_here) work->state.agree(uid, flags_of(work->page.items[wanted.item]));
    add_receipt(std::move(wanted.receipt));
    co_return true;
}

void FolderSync::add_to_batch(Batch& batch, const RemoteItem& item, store::Receipt receipt,
                              std::shared_ptr<const std::string> content) const {
    receipt.state = ReceiptState::stored;
    receipt.stored_at = now();
    receipt.last_seen = now();
    receipt.header_fingerprint = header_fingerprint(*content);
    receipt.last_error.clear();
    FlagState flags = flags_of(item);
    mail::NewMail message;
    message.flags = flags.bits;
    message.keywords = flags.keywords;
    message.internal_date = item.date;
    store::ReceiptWrite write;
    write.receipt = std::move(receipt);
    message.receipt = std::move(write);
    batch.octets += content->size();
    message.content = std::move(content);
    batch.flags.push_back(std::move(flags));
    batch.messages.push_back(std::move(message));
}

Task<Outcome<void>> FolderSync::flush(Work* work, Batch batch) {
    if (batch.messages.empty()) co_return Outcome<void>{};
    mail::DeliveryRequest request;
    request.mailbox = work->state.mailbox;
    request.messages = batch.messages;
    request.fence = context_.fence;
    request.cause = cause("COLLECT");
    Pulse pulse = context_.pulse(remote_);
    auto delivered = co_await context_.account->deliver(std::move(request));
    co_await pulse.stop();
    if (!delivered) {
        const Errc code = delivered.error().code;
        const bool one_is_refused =
            code == Errc::over_quota || code == Errc::too_large || code == Errc::invalid;
        if (!one_is_refused) co_return store_fault(delivered.error());
        for (std::size_t i = 0; batch.messages.size() > 1 && i < batch.messages.size(); ++i) {
            Batch one;
            one.messages.push_back(std::move(batch.messages[i]));
            one.flags.push_back(std::move(batch.flags[i]));
            auto flushed = co_await flush(work, std::move(one));
            if (!flushed) co_return flushed.error();
        }
        if (batch.messages.size() > 1) co_return Outcome<void>{};
        store::ReceiptWrite refused = *batch.messages.front().receipt;
        refused.receipt.state = ReceiptState::deferred;
        refused.receipt.next_try = now() + retry_later;
        refused.receipt.last_error = delivered.error().to_string();
        work->settled = false;
        std::vector<store::ReceiptWrite> writes(1, std::move(refused));
        auto written = co_await write(std::move(writes));
        co_return written;
    }
    for (std::size_t i = 0; i < batch.messages.size(); ++i) {
        work->state.agree(delivered->uids[i], batch.flags[i]);
        store::Receipt receipt = batch.messages[i].receipt->receipt;
        receipt.message = delivered->messages[i];
        add_receipt(std::move(receipt));
    }
    report_.collected += batch.messages.size();
    co_return Outcome<void>{};
}

Task<Outcome<void>> FolderSync::note_failure(Wanted wanted, Fault fault) {
    auto& receipt = wanted.receipt;
    ++receipt.fail_count;
    receipt.last_error = fault.to_string();
    receipt.next_try = now();
    if (receipt.fail_count >= tries || fault.kind == FaultKind::permanent) {
        receipt.state = ReceiptState::deferred;
        receipt.next_try = now() + retry_later;
        context_.log->warning(
            "a message cannot be fetched",
            {{"login", context_.account->login()}, {"id", receipt.uidl}, {"why", receipt.last_error}});
    }
    std::vector<store::ReceiptWrite> writes(1);
    writes[0].receipt = receipt;
    add_receipt(receipt);
    auto written = co_await write(std::move(writes));
    co_return written;
}

Task<Outcome<void>> FolderSync::fetch_all(Work* work, std::vector<Wanted> wanted) {
    std::deque<std::size_t> in_flight;
    std::uint64_t on_the_way = 0;
    Batch batch;
    auto looked = co_await find_waiting(work);
    if (!looked) co_return looked.error();
    for (std::size_t next = 0; next < wanted.size() || !in_flight.empty();) {
        const bool room = in_flight.empty() ||
                          (in_flight.size() < remote_->fetch_window() && on_the_way < octets_on_the_way);
        const bool may_start = next < wanted.size() && !budget_spent() && room;
        if (may_start && wanted[next].receipt.size_listed > policy().max_message) {
            const Fault too_large(FaultKind::permanent, "larger than max_message");
            auto noted = co_await note_failure(std::move(wanted[next++]), too_large);
            if (!noted) co_return noted.error();
            continue;
        }
        if (may_start) {
            FetchRequest request;
            request.ref = work->page.items[wanted[next].item].ref;
            request.expected_size = work->page.items[wanted[next].item].size;
            auto started = co_await remote_->start_fetch(request);
            if (!started) co_return started.error();
            on_the_way += wanted[next].receipt.size_listed;
            in_flight.push_back(next++);
            continue;
        }
        if (in_flight.empty()) {
            report_.more = true;  // the budget is spent
            work->settled = false;
            break;
        }
        const std::size_t index = in_flight.front();
        in_flight.pop_front();
        on_the_way -= wanted[index].receipt.size_listed;
        auto fetched = co_await remote_->receive();
        if (!fetched) {
            auto kept = co_await flush(work, std::move(batch));
            if (!kept) co_return kept.error();
            batch = Batch();
            work->settled = false;
            const bool gone = fetched.error().kind == FaultKind::gone;
            if (!gone) {
                auto noted = co_await note_failure(std::move(wanted[index]), fetched.error());
                if (!noted) co_return noted.error();
            }
            if (!remote_->alive()) co_return fetched.error();
            continue;
        }
        fetched_octets_ += fetched->content->size();
        auto bound = co_await bind_upload(work, wanted[index], fetched->content);
        if (!bound) co_return bound.error();
        if (*bound) continue;
        const RemoteItem& item = work->page.items[wanted[index].item];
        add_to_batch(batch, item, std::move(wanted[index].receipt), std::move(fetched->content));
        if (batch.messages.size() < batch_messages && batch.octets < batch_octets) continue;
        auto flushed = co_await flush(work, std::move(batch));
        if (!flushed) co_return flushed.error();
        batch = Batch();
    }
    auto flushed = co_await flush(work, std::move(batch));
    co_return flushed;
}

}  // namespace postern::gateway
