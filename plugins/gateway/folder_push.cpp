// What the user did with messages here, done there: moved, filed, written.
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
        // It came from there just before a crash, or is a copy beside its original, which there is one.
        if (belongs_there(*work, upload.message)) {
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
            sent_without_id_.insert(value_of(upload.message));
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
        } else if (result.fault->kind == FaultKind::gone && !was_looked_for(sent[i].message)) {
            look_again(sent[i].message, sent[i].work);
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

// Where each message that is not there yet comes from; what cannot go up now waits.
FolderSync::Plan FolderSync::plan_uploads() {
    Plan plan;
    std::vector<std::pair<MessageId, Work*>> waiting;
    for (const auto& work : works_) {
        if (!may_take(*work)) continue;
        auto uploads = find_uploads(work.get());
        for (auto& upload : uploads) {
            find_origin(upload, plan.used);
            const bool transfer = upload.moved_from || upload.copied_from;
            const bool goes = upload.moved_from.has_value() ||
                              (transfer ? may_be_copied(upload.message) : may_go_up_whole(upload.message));
            if (!goes) {
                waiting.emplace_back(upload.message, work.get());
                continue;
            }
            plan.served.emplace(value_of(upload.message), work.get());
            (transfer ? plan.transfers : plan.appends).push_back(std::move(upload));
        }
    }
    // Of the same moment: what the user moves while the rest goes up is no removal.
    removals_ = find_removals(plan);
    for (const auto& [message, work] : waiting) look_again(message, work);
    return plan;
}

Task<Outcome<void>> FolderSync::push_local() {
    // Whether a message was moved shows only where all mailboxes are open.
    bool any = false;
    for (const auto& work : works_) any = any || work->mailbox != nullptr;
    if (!any) co_return Outcome<void>{};
    auto opened = co_await open_all();
    if (!opened) co_return opened.error();
    auto joined = co_await join_moved();
    if (!joined) co_return joined.error();
    note_places();
    Plan plan = plan_uploads();
    std::vector<Upload>& transfers = plan.transfers;
    for (std::size_t begin = 0; begin < transfers.size(); begin += transferred_at_once) {
        const std::size_t end = std::min(begin + transferred_at_once, transfers.size());
        std::vector<Upload> some(
            std::make_move_iterator(transfers.begin() + static_cast<std::ptrdiff_t>(begin)),
            std::make_move_iterator(transfers.begin() + static_cast<std::ptrdiff_t>(end)));
        auto moved = co_await transfer(std::move(some));
        if (!moved) co_return moved.error();
    }
    for (auto& upload : plan.appends) {
        auto appended = co_await append(std::move(upload));
        if (!appended) co_return appended.error();
    }
    co_return Outcome<void>{};
}

}  // namespace postern::gateway
