// What is to be done there with messages is a balance, message by message and folder by folder: receipts say how often a
// folder there has it, placements how often its mailbox here. What a folder has more is spare: it moves to where it is less,
// else it is removed. What lies here and nowhere there is copied, or goes up whole. While it waits to, nothing of it is removed.
#include <algorithm>

#include "gateway/folder_sync.hpp"

namespace postern::gateway {

using store::bit;
using store::ReceiptState;

bool FolderSync::takes_part(const Work& work) {
    return work.mailbox && !work.gone_there && !work.removed_here && work.state.selectable;
}

// What is there and was not looked at may be what would go up: sent before, and the answer lost.
bool FolderSync::may_take(const Work& work) {
    return takes_part(work) && work.looked_at && work.settled;
}

Task<Outcome<void>> FolderSync::open_all() {
    for (const auto& work : works_) {
        if (work->gone_there || work->removed_here) continue;
        auto opened = co_await open_mailbox(work.get());
        if (!opened) co_return opened.error();
    }
    auto opened = co_await open_elsewhere();
    co_return opened;
}

Task<Outcome<void>> FolderSync::open_elsewhere() {
    elsewhere_.clear();
    const std::vector<mail::MailboxInfo> mailboxes = context_.account->mailboxes();
    for (const auto& info : mailboxes) {
        const Work* work = work_of(info.id);
        if (info.total == 0 || (work != nullptr && work->state.selectable)) continue;
        auto opened = co_await context_.account->open_mailbox(info.id);
        if (!opened && opened.error().code == Errc::not_found) continue;
        if (!opened) co_return store_fault(opened.error());
        elsewhere_.push_back(std::move(*opened));
    }
    co_return Outcome<void>{};
}

void FolderSync::note_places() {
    places_.clear();
    const auto note = [this](const mail::Mailbox& mailbox, Work* work) {
        const auto columns = mailbox.columns();
        for (mail::Slot slot = 0; slot < mailbox.slot_count(); ++slot) {
            if (!columns.is_alive(slot)) continue;
            places_.emplace(value_of(columns.message[slot]), Place{work, mailbox.info().id});
        }
    };
    for (const auto& work : works_) {
        if (takes_part(*work)) note(*work->mailbox, work.get());
    }
    for (const auto& mailbox : elsewhere_) note(*mailbox, nullptr);
}

std::vector<FolderSync::ReceiptIndex> FolderSync::receipts_of(MessageId message) const {
    std::vector<ReceiptIndex> out;
    const auto range = by_message_.equal_range(value_of(message));
    for (auto entry = range.first; entry != range.second; ++entry) {
        if (receipts_[entry->second].message == message) out.push_back(entry->second);
    }
    std::ranges::sort(out);
    const auto twice = std::ranges::unique(out);
    out.erase(twice.begin(), twice.end());
    return out;
}

bool FolderSync::is_open(ReceiptIndex index) const {
    return (bit(receipts_[index].state) & there_states) != 0 && !missing_.contains(index);
}

bool FolderSync::is_there(MessageId message, const Work* only) const {
    return std::ranges::any_of(receipts_of(message), [&](const ReceiptIndex index) {
        return is_open(index) && (only == nullptr || is_of(receipts_[index], only->state));
    });
}

// More of it there than here.
bool FolderSync::has_spare(const Work& work, MessageId message, const std::set<ReceiptIndex>& used) const {
    const auto there = std::ranges::count_if(receipts_of(message), [&](const ReceiptIndex index) {
        return is_open(index) && !used.contains(index) && is_of(receipts_[index], work.state);
    });
    const auto range = places_.equal_range(value_of(message));
    const auto here = std::count_if(range.first, range.second,
                                    [&](const auto& place) { return place.second.work == &work; });
    return there > here;
}

bool FolderSync::has_spare_anywhere(MessageId message) const {
    const std::set<ReceiptIndex> used;
    return std::ranges::any_of(receipts_of(message), [&](const ReceiptIndex index) {
        const Work* owner = owner_of(receipts_[index]);
        return is_open(index) && owner != nullptr && takes_part(*owner) && has_spare(*owner, message, used);
    });
}

// The folder has it, or had it until now. Of that nothing may be left but the receipt, of a move that a crash broke off: where
// the user has put it back since is where it is to go.
bool FolderSync::belongs_there(const Work& work, MessageId message) const {
    if (is_there(message, &work)) return true;
    const bool had = std::ranges::any_of(receipts_of(message), [&](const ReceiptIndex index) {
        return (bit(receipts_[index].state) & there_states) != 0 && is_of(receipts_[index], work.state);
    });
    return had && !has_spare_anywhere(message);
}

// Where the provider has the message already: moved from where it is spare, else copied.
void FolderSync::find_origin(Upload& upload, std::set<ReceiptIndex>& used) const {
    for (const ReceiptIndex index : receipts_of(upload.message)) {
        const Work* from = owner_of(receipts_[index]);
        if (!is_open(index) || from == nullptr || from->gone_there || from == upload.work) continue;
        if (takes_part(*from) && !used.contains(index) && has_spare(*from, upload.message, used)) {
            used.insert(index);
            upload.moved_from = index;
            return;
        }
        upload.copied_from = index;
    }
}

// It lies somewhere here whence it goes up later: in a mailbox that takes no part now, or where it was not looked at.
bool FolderSync::waits_to_go_up(MessageId message, const Plan& plan) const {
    const auto range = places_.equal_range(value_of(message));
    return std::any_of(range.first, range.second, [&](const auto& place) {
        Work* work = place.second.work;
        return work == nullptr ||
               (!is_there(message, work) && !plan.served.contains({value_of(message), work}));
    });
}

// The user has put it somewhere where the provider does not have it, and never had it.
bool FolderSync::was_put_elsewhere(MessageId message) const {
    const auto receipts = receipts_of(message);
    const auto range = places_.equal_range(value_of(message));
    return std::any_of(range.first, range.second, [&](const auto& entry) {
        const Place& place = entry.second;
        if (place.work != nullptr && is_there(message, place.work)) return false;
        return std::ranges::none_of(receipts, [&](const ReceiptIndex index) {
            const auto missing = missing_.find(index);
            return missing != missing_.end() && missing->second->state.mailbox == place.mailbox;
        });
    });
}

std::vector<FolderSync::ReceiptIndex> FolderSync::find_removals(const Plan& plan) {
    std::vector<ReceiptIndex> out;
    std::set<ReceiptIndex> used = plan.used;
    for (ReceiptIndex i = 0; i < receipts_.size(); ++i) {
        const MessageId message = receipts_[i].message;
        if (value_of(message) == 0 || !is_open(i) || used.contains(i)) continue;
        // Nearly all: one there, and here.
        const auto range = places_.equal_range(value_of(message));
        const Work* work = owner_of(receipts_[i]);
        if (work == nullptr || !takes_part(*work)) continue;
        if (by_message_.count(value_of(message)) == 1 && range.first != range.second &&
            range.first->second.work == work && std::next(range.first) == range.second) {
            continue;
        }
        if (!has_spare(*work, message, used)) continue;
        if (waits_to_go_up(message, plan)) {
            ask_again(message);
            continue;
        }
        used.insert(i);
        out.push_back(i);
    }
    return out;
}

// Another copy of it is missing there, and may be about to turn up: then that one moves.
bool FolderSync::may_be_copied(MessageId message) const {
    return was_looked_for(message) ||
           std::ranges::none_of(receipts_of(message), [&](const ReceiptIndex index) {
               return (bit(receipts_[index].state) & there_states) != 0 && missing_.contains(index);
           });
}

// What is only here may have been sent before, and the answer was lost; or it is about to turn up elsewhere there. So it goes up
// whole only if it was waiting when everything was looked at, or if it was written since this session began.
bool FolderSync::may_go_up_whole(MessageId message) const {
    const auto receipts = receipts_of(message);
    const bool was_sent = sent_without_id_.contains(value_of(message));
    if (receipts.empty() && value_of(message) > session_id_ && !was_sent) return true;
    const bool was_there = std::ranges::any_of(receipts, [&](const ReceiptIndex index) {
        return (bit(receipts_[index].state) & there_states) != 0 && missing_.contains(index);
    });
    return looked_for_.contains(value_of(message)) && (!was_there || looked_everywhere());
}

}  // namespace postern::gateway
