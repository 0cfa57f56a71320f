// What the user did with messages here, done there: moved, filed, written, removed.
#include <algorithm>
#include <array>
#include <iterator>

#include "gateway/fingerprint.hpp"
#include "gateway/folder_sync.hpp"

namespace postern::gateway {

using store::bit;
using store::ReceiptState;

namespace {

constexpr std::size_t transferred_at_once = 500;
constexpr mail::FlagBits all_flags =
    mail::answered | mail::flagged | mail::deleted | mail::seen | mail::draft;

}  // namespace

bool FolderSync::lives_in(const Work& work, MessageId message) const {
    const std::array<MessageId, 1> ids = {message};
    return work.mailbox && !work.mailbox->find_messages(ids).empty();
}

std::optional<RemoteRef> FolderSync::ref_of(const Work& work, const store::Receipt& receipt) {
    auto ref = remote_->find(work.state.remote_id, remote_id_of(receipt));
    return ref ? std::optional(*ref) : std::nullopt;
}

// Where the provider has the message already: moved from, if it is not there any more here; else copied from.
void FolderSync::find_origin(Upload& upload, std::set<ReceiptIndex>& used) const {
    const auto range = by_message_.equal_range(value_of(upload.message));
    for (auto entry = range.first; entry != range.second; ++entry) {
        const ReceiptIndex index = entry->second;
        const auto& receipt = receipts_[index];
        if ((bit(receipt.state) & there_states) == 0 || missing_.contains(index)) continue;
        const Work* from = owner_of(receipt);
        if (from == nullptr || from->gone_there || from == upload.work) continue;
        const bool lives = lives_in(*from, upload.message);
        if (!lives && from->mailbox && !used.contains(index)) {
            used.insert(index);
            upload.moved_from = index;
            return;
        }
        upload.copied_from = index;
    }
}

std::vector<FolderSync::Upload> FolderSync::find_uploads(Work* work) {
    std::vector<Upload> out;
    const auto columns = work->mailbox->columns();
    for (mail::Slot slot = 0; slot < work->mailbox->slot_count(); ++slot) {
        if (!columns.is_alive(slot) || work->state.bound.contains(columns.uid[slot])) continue;
        Upload upload;
        upload.work = work;
        upload.uid = columns.uid[slot];
        upload.message = columns.message[slot];
        upload.size = columns.size[slot];
        upload.date = columns.internal_date[slot];
        upload.flags = flags_here(*work->mailbox, slot);
        const auto range = by_message_.equal_range(value_of(upload.message));
        const bool known = std::any_of(range.first, range.second, [&](const auto& entry) {
            const auto& receipt = receipts_[entry.second];
            return (bit(receipt.state) & there_states) != 0 && is_of(receipt, work->state);
        });
        if (known) {
            // It came from there just before a crash, or is a copy beside its original, which there is one.
            work->state.agree(upload.uid, upload.flags);
            continue;
        }
        out.push_back(std::move(upload));
    }
    return out;
}

Task<Outcome<std::shared_ptr<const std::string>>> FolderSync::content_of(MessageId message) {
    std::vector<MessageId> ids(1, message);
    auto loaded = co_await context_.account->load_messages(std::move(ids));
    if (!loaded) co_return store_fault(loaded.error());
    const mail::StoredMessagePtr stored = loaded->front();
    if (stored == nullptr) co_return Fault(FaultKind::gone, "the message is not here any more");
    auto text = std::make_shared<std::string>();
    while (true) {
        auto piece = co_await context_.account->read_content(stored, text->size(), store::content_chunk_size);
        if (!piece) co_return store_fault(piece.error());
        if (piece->empty()) break;
        text->append(*piece);
    }
    co_return std::shared_ptr<const std::string>(std::move(text));
}

// The new receipts; then their flags, which what was copied there need not have as it is here.
Task<Outcome<void>> FolderSync::note_uploaded(std::vector<Upload> uploads, std::vector<std::string> new_ids) {
    std::vector<store::ReceiptWrite> writes;
    std::map<Work*, std::vector<FlagPush>> pushes;
    std::vector<std::size_t> uploaded;
    for (std::size_t i = 0; i < uploads.size(); ++i) {
        const Upload& upload = uploads[i];
        if (upload.moved_from) writes.push_back(move_to(*upload.moved_from, ReceiptState::delete_done));
        // Without an id the next pull finds it, and its content tells what it is: until then it is looked for.
        if (new_ids[i].empty()) {
            upload.work->settled = false;
            continue;
        }
        const auto origin = upload.moved_from ? upload.moved_from : upload.copied_from;
        store::Receipt receipt = origin ? receipts_[*origin] : store::Receipt{};
        if (!origin) receipt.header_fingerprint = upload.fingerprint;
        receipt.source = context_.source->row.id;
        receipt.uidl = upload.work->state.receipt_id(new_ids[i]);
        receipt.state = ReceiptState::stored;
        receipt.message = upload.message;
        receipt.size_listed = upload.size;
        receipt.first_seen = receipt.stored_at = receipt.last_seen = now();
        store::ReceiptWrite write;
        write.receipt = receipt;
        writes.push_back(std::move(write));
        add_receipt(receipt);
        uploaded.push_back(i);
        const auto ref = ref_of(*upload.work, receipt);
        if (!origin || !ref) continue;
        FlagPush push;
        push.uid = upload.uid;
        push.merged = upload.flags;
        push.action.kind = Action::Kind::set_flags;
        push.action.ref = *ref;
        push.action.flags = upload.flags.bits;
        push.action.keywords = upload.flags.keywords;
        push.action.cleared_flags = static_cast<mail::FlagBits>(all_flags & ~upload.flags.bits);
        pushes[upload.work].push_back(std::move(push));
    }
    auto written = co_await write(std::move(writes));
    if (!written) co_return written.error();
    // Not sooner: what is agreed is kept even if a session fails here.
    for (const std::size_t i : uploaded) uploads[i].work->state.agree(uploads[i].uid, uploads[i].flags);
    for (auto& [work, flags] : pushes) {
        auto pushed = co_await push_flags(work, std::move(flags));
        if (!pushed) co_return pushed.error();
    }
    co_return Outcome<void>{};
}

Task<Outcome<void>> FolderSync::transfer(std::vector<Upload> uploads) {
    std::vector<Action> actions;
    std::vector<Upload> sent;
    for (auto& upload : uploads) {
        const ReceiptIndex origin = upload.moved_from ? *upload.moved_from : *upload.copied_from;
        const Work* from = owner_of(receipts_[origin]);
        const auto ref = from == nullptr ? std::nullopt : ref_of(*from, receipts_[origin]);
        if (!ref) {
            upload.work->settled = false;
            if (upload.moved_from) not_taken_.insert(*upload.moved_from);
            continue;
        }
        Action action;
        action.kind = upload.moved_from ? Action::Kind::move : Action::Kind::copy;
        action.ref = *ref;
        action.destination = upload.work->state.remote_id;
        actions.push_back(std::move(action));
        sent.push_back(std::move(upload));
    }
    if (actions.empty()) co_return Outcome<void>{};
    auto results = co_await remote_->push(std::move(actions));
    if (!results) co_return results.error();
    std::vector<Upload> done;
    std::vector<std::string> ids;
    for (std::size_t i = 0; i < sent.size(); ++i) {
        const auto& result = results->at(i);
        if (!result.fault) {
            ids.push_back(result.new_id);
            done.push_back(std::move(sent[i]));
        } else if (const auto origin = sent[i].moved_from ? sent[i].moved_from : sent[i].copied_from;
                   result.fault->kind == FaultKind::gone && !is_gone_for_good(*origin)) {
            look_again(*origin, sent[i].work);
        } else if (result.fault->kind == FaultKind::gone) {
            // Not there any more: what is here goes up whole.
            sent[i].moved_from.reset();
            sent[i].copied_from.reset();
            auto appended = co_await append(std::move(sent[i]));
            if (!appended) co_return appended.error();
        } else {
            sent[i].work->settled = false;
            if (sent[i].moved_from) not_taken_.insert(*sent[i].moved_from);
        }
    }
    auto noted = co_await note_uploaded(std::move(done), std::move(ids));
    co_return noted;
}

Task<Outcome<void>> FolderSync::append(Upload upload) {
    auto content = co_await content_of(upload.message);
    if (!content) {
        if (content.error().kind == FaultKind::gone) co_return Outcome<void>{};
        co_return content.error();
    }
    Action action;
    action.kind = Action::Kind::append;
    action.folder = upload.work->state.remote_id;
    action.flags = upload.flags.bits;
    action.keywords = upload.flags.keywords;
    action.date = upload.date;
    action.content = *content;
    ActionResult result;
    auto done = co_await push_one(std::move(action), &result);
    if (!done) co_return done.error();
    if (result.fault) {
        upload.work->settled = false;
        context_.log->warning("the provider does not take a message", {{"login", context_.account->login()},
                                                                       {"folder", upload.work->state.name},
                                                                       {"why", result.fault->to_string()}});
        co_return Outcome<void>{};
    }
    upload.fingerprint = header_fingerprint(**content);
    std::vector<Upload> one(1, std::move(upload));
    std::vector<std::string> ids(1, result.new_id);
    auto noted = co_await note_uploaded(std::move(one), std::move(ids));
    co_return noted;
}

Task<Outcome<void>> FolderSync::push_local() {
    // Whether a message was moved shows only where all mailboxes that changed are open.
    bool any = false;
    for (const auto& work : works_) any = any || work->mailbox != nullptr;
    if (!any) co_return Outcome<void>{};
    for (const auto& work : works_) {
        if (work->gone_there || work->removed_here || !work->state.selectable) continue;
        auto opened = co_await open_mailbox(work.get());
        if (!opened) co_return opened.error();
    }
    auto joined = co_await join_moved();
    if (!joined) co_return joined.error();
    std::set<ReceiptIndex> used;
    std::vector<Upload> transfers;
    std::vector<Upload> appends;
    for (const auto& work : works_) {
        if (work->gone_there || work->removed_here || !work->state.selectable || !work->mailbox) continue;
        // What is there and was not looked at may be what would go up: sent before, and the answer lost.
        if (!work->looked_at || !work->settled) continue;
        auto uploads = find_uploads(work.get());
        for (auto& upload : uploads) {
            find_origin(upload, used);
            const bool transfer = upload.moved_from || upload.copied_from;
            if (!transfer && may_turn_up(upload.message)) {
                work->settled = false;
                continue;
            }
            (transfer ? transfers : appends).push_back(std::move(upload));
        }
    }
    // Of the same moment: what the user moves while the rest goes up is no removal.
    removals_ = find_removals(used);
    for (std::size_t begin = 0; begin < transfers.size(); begin += transferred_at_once) {
        const std::size_t end = std::min(begin + transferred_at_once, transfers.size());
        std::vector<Upload> some(
            std::make_move_iterator(transfers.begin() + static_cast<std::ptrdiff_t>(begin)),
            std::make_move_iterator(transfers.begin() + static_cast<std::ptrdiff_t>(end)));
        auto moved = co_await transfer(std::move(some));
        if (!moved) co_return moved.error();
    }
    for (auto& upload : appends) {
        auto appended = co_await append(std::move(upload));
        if (!appended) co_return appended.error();
    }
    co_return Outcome<void>{};
}

// Bound messages that are not here any more.
void FolderSync::forget_dead(Work& work) {
    std::vector<Uid> dead;
    for (const Uid uid : work.state.bound) {
        if (work.mailbox->find(uid) == mail::no_slot) dead.push_back(uid);
    }
    for (const Uid uid : dead) work.state.forget(uid);
}

std::vector<FolderSync::ReceiptIndex> FolderSync::find_removals(const std::set<ReceiptIndex>& used) const {
    std::map<std::uint32_t, std::unordered_multimap<std::uint64_t, mail::Slot>> living;
    for (const auto& work : works_) {
        const bool counts =
            work->mailbox && !work->gone_there && !work->removed_here && work->state.selectable;
        if (counts) living.emplace(work->state.key, placements(*work->mailbox));
    }
    std::vector<ReceiptIndex> out;
    for (ReceiptIndex i = 0; i < receipts_.size(); ++i) {
        const auto& receipt = receipts_[i];
        if ((bit(receipt.state) & there_states) == 0 || value_of(receipt.message) == 0) continue;
        if (missing_.contains(i) || used.contains(i)) continue;
        const Work* work = owner_of(receipt);
        const auto here = work == nullptr ? living.end() : living.find(work->state.key);
        if (here == living.end() || here->second.contains(value_of(receipt.message))) continue;
        out.push_back(i);
    }
    return out;
}

Task<Outcome<std::vector<FolderSync::ReceiptIndex>>> FolderSync::verified(Work* work,
                                                                          std::vector<ReceiptIndex> wanted) {
    std::vector<ReceiptIndex> out;
    std::vector<std::pair<ReceiptIndex, RemoteRef>> asked;
    for (const ReceiptIndex index : wanted) {
        const auto ref = ref_of(*work, receipts_[index]);
        if (!ref) continue;
        if (receipts_[index].header_fingerprint.empty()) {
            out.push_back(index);
        } else {
            asked.emplace_back(index, *ref);
        }
    }
    std::size_t sent = 0;
    for (std::size_t received = 0; received < asked.size(); ++received) {
        while (sent < asked.size() && sent - received < remote_->fetch_window()) {
            FetchRequest request;
            request.ref = asked[sent++].second;
            request.part = FetchPart::header;
            auto started = co_await remote_->start_fetch(request);
            if (!started) co_return started.error();
        }
        auto fetched = co_await remote_->receive();
        if (!fetched && !remote_->alive()) co_return fetched.error();
        const ReceiptIndex index = asked[received].first;
        const bool gone = !fetched && fetched.error().kind == FaultKind::gone;
        const bool same =
            fetched && header_fingerprint(*fetched->content) == receipts_[index].header_fingerprint;
        if (gone || same) out.push_back(index);
        if (fetched && !same) {
            context_.log->warning(
                "a message at the provider is not the one that was meant: it is not removed",
                {{"login", context_.account->login()}, {"id", receipts_[index].uidl}});
        }
    }
    co_return out;
}

Task<Outcome<void>> FolderSync::remove_from(Work* work, std::vector<ReceiptIndex> wanted) {
    auto sure = co_await verified(work, std::move(wanted));
    if (!sure) co_return sure.error();
    std::vector<Action> actions;
    std::vector<ReceiptIndex> sent;
    for (const ReceiptIndex index : *sure) {
        const auto ref = ref_of(*work, receipts_[index]);
        if (!ref) continue;
        Action action;
        action.kind = Action::Kind::remove;
        action.ref = *ref;
        actions.push_back(std::move(action));
        sent.push_back(index);
    }
    if (actions.empty()) co_return Outcome<void>{};
    auto results = co_await remote_->push(std::move(actions));
    if (!results) co_return results.error();
    std::vector<store::ReceiptWrite> writes;
    for (std::size_t i = 0; i < sent.size(); ++i) {
        const auto& fault = results->at(i).fault;
        if (fault && fault->kind != FaultKind::gone) {
            work->settled = false;
            continue;
        }
        ++report_.deletes_sent;
        writes.push_back(move_to(sent[i], ReceiptState::delete_done));
    }
    auto written = co_await write(std::move(writes));
    co_return written;
}

Task<Outcome<void>> FolderSync::remove_there() {
    std::map<Work*, std::vector<ReceiptIndex>> wanted;
    std::size_t count = 0;
    std::size_t total = 0;
    for (const auto& work : works_) total += work->state.bound.count();
    const bool never = policy().remote_delete == Policy::RemoteDelete::never;
    for (const ReceiptIndex index : removals_) {
        const bool there = (bit(receipts_[index].state) & there_states) != 0;
        Work* work = owner_of(receipts_[index]);
        if (never || !there || work == nullptr || not_taken_.contains(index)) continue;
        wanted[work].push_back(index);
        ++count;
    }
    const bool held = brake_holds(count, total, policy().delete_brake, &facts().delete_held_since,
                                  "so many messages are to be removed at the provider that none is yet");
    for (auto& [work, receipts] : wanted) {
        if (held) work->settled = false;
        if (held) continue;
        auto removed = co_await remove_from(work, std::move(receipts));
        if (!removed) co_return removed.error();
    }
    for (const auto& work : works_) {
        if (!held && work->settled && work->mailbox && !work->gone_there) forget_dead(*work);
    }
    co_return Outcome<void>{};
}

}  // namespace postern::gateway
