#include "gateway/folder_sync.hpp"

#include <algorithm>
#include <charconv>

#include "postern/gateway/brake.hpp"

namespace postern::gateway {

using store::bit;
using store::ReceiptState;

namespace {

constexpr std::size_t write_chunk = 1000;
/// The lease lasts longer.
constexpr UnixTime longest_watch = 600;
/// Where others wait for a place.
constexpr UnixTime shared_watch = 30;
/// So many rounds follow each other without waiting for news.
constexpr int rounds_at_once = 5;
/// So late, at most, what the user does goes up while the provider is listened to.
constexpr auto watch_slice = std::chrono::seconds(5);

/// The number that names the folder of a receipt; 0 if there is none.
std::uint32_t key_of(const store::Receipt& receipt) {
    std::uint32_t key = 0;
    std::from_chars(receipt.uidl.data(), receipt.uidl.data() + receipt.uidl.size(), key);
    return key;
}

}  // namespace

FolderSync::FolderSync(Context context, std::unique_ptr<RemoteSession> remote)
    : context_(std::move(context)),
      remote_(std::make_shared<PatientSession>(std::move(remote))),
      session_id_(context_.mail->new_id()) {}

mail::Cause FolderSync::cause(const char* command) const {
    mail::Cause cause;
    cause.protocol = "gateway";
    cause.command = command;
    cause.login = context_.account->login();
    cause.session = session_id_;
    return cause;
}

Fault FolderSync::store_fault(const Error& error) {
    store_failed_ = true;
    return Fault(error.code == Errc::conflict ? FaultKind::conflict : FaultKind::transient,
                 "store: " + error.to_string());
}

std::string FolderSync::entry_prefix() const {
    return "/gateway/" + std::to_string(value_of(context_.source->row.id)) + "/folder/";
}

Task<Outcome<void>> FolderSync::load_states() {
    works_.clear();
    const MailboxId whole_account{};
    auto found = co_await context_.account->read_attributes(whole_account, entry_prefix());
    if (!found) co_return store_fault(found.error());
    for (auto& attribute : *found) {
        auto state = FolderState::parse(attribute.value);
        if (!state)
            co_return Fault(FaultKind::permanent, "the state of a folder cannot be read: " + attribute.entry);
        last_key_ = std::max(last_key_, state->key);
        auto work = std::make_unique<Work>();
        work->state = std::move(*state);
        work->saved = std::move(attribute.value);
        works_.push_back(std::move(work));
    }
    co_return Outcome<void>{};
}

Task<Outcome<void>> FolderSync::save_states() {
    std::vector<store::AttributeWrite> writes;
    for (auto& work : works_) {
        std::string text = work->state.format();
        if (text == work->saved) continue;
        store::AttributeWrite write;
        write.attribute.entry = entry_prefix() + std::to_string(work->state.key);
        write.attribute.value = text;
        work->saved = std::move(text);
        writes.push_back(std::move(write));
    }
    if (writes.empty()) co_return Outcome<void>{};
    const mail::Cause why = cause("AGREE");
    auto written = co_await context_.account->write_attributes(std::move(writes), why);
    if (!written) co_return store_fault(written.error());
    co_return Outcome<void>{};
}

FolderSync::ReceiptIndex FolderSync::add_receipt(store::Receipt receipt) {
    const auto known = by_uidl_.find(receipt.uidl);
    if (known != by_uidl_.end()) {
        receipts_[known->second] = std::move(receipt);
        by_message_.emplace(value_of(receipts_[known->second].message), known->second);
        return known->second;
    }
    by_uidl_.emplace(receipt.uidl, receipts_.size());
    by_message_.emplace(value_of(receipt.message), receipts_.size());
    receipts_.push_back(std::move(receipt));
    return receipts_.size() - 1;
}

Task<Outcome<void>> FolderSync::load_receipts() {
    if (receipts_loaded_) co_return Outcome<void>{};
    auto found = co_await context_.account->read_receipts(context_.source->row.id, store::any_receipt_state);
    if (!found) co_return store_fault(found.error());
    for (auto& receipt : *found) {
        // Also of folders about which nothing is agreed any more.
        last_key_ = std::max(last_key_, key_of(receipt));
        add_receipt(std::move(receipt));
    }
    receipts_loaded_ = true;
    co_return Outcome<void>{};
}

std::optional<FolderSync::ReceiptIndex> FolderSync::receipt_of(const FolderState& state,
                                                               const std::string& remote_id) const {
    const auto found = by_uidl_.find(state.receipt_id(remote_id));
    return found == by_uidl_.end() ? std::nullopt : std::optional(found->second);
}

std::string FolderSync::remote_id_of(const store::Receipt& receipt) {
    return receipt.uidl.substr(receipt.uidl.find(' ') + 1);
}

bool FolderSync::is_of(const store::Receipt& receipt, const FolderState& state) const {
    return receipt.uidl.starts_with(state.receipt_prefix());
}

FolderSync::Work* FolderSync::owner_of(const store::Receipt& receipt) const {
    const std::uint32_t key = key_of(receipt);
    const auto found = std::find_if(works_.begin(), works_.end(),
                                    [key](const auto& work) { return work->state.key == key; });
    return found == works_.end() ? nullptr : found->get();
}

std::unordered_multimap<std::uint64_t, mail::Slot> FolderSync::placements(const mail::Mailbox& mailbox) {
    std::unordered_multimap<std::uint64_t, mail::Slot> out;
    const auto columns = mailbox.columns();
    for (mail::Slot slot = 0; slot < mailbox.slot_count(); ++slot) {
        if (columns.is_alive(slot)) out.emplace(value_of(columns.message[slot]), slot);
    }
    return out;
}

store::ReceiptWrite FolderSync::move_to(ReceiptIndex index, ReceiptState state) {
    store::ReceiptWrite write;
    receipts_[index].state = state;
    receipts_[index].last_seen = now();
    write.receipt = receipts_[index];
    return write;
}

Task<Outcome<void>> FolderSync::write(std::vector<store::ReceiptWrite> writes) {
    for (std::size_t begin = 0; begin < writes.size(); begin += write_chunk) {
        const auto first = writes.begin() + static_cast<std::ptrdiff_t>(begin);
        const auto last =
            writes.begin() + static_cast<std::ptrdiff_t>(std::min(begin + write_chunk, writes.size()));
        std::vector<store::ReceiptWrite> chunk(first, last);
        std::optional<store::Fence> fence = context_.fence;
        Pulse pulse = context_.pulse(remote_);
        auto written = co_await context_.account->write_receipts(std::move(chunk), fence);
        co_await pulse.stop();
        if (!written) co_return store_fault(written.error());
    }
    co_return Outcome<void>{};
}

Task<Outcome<void>> FolderSync::look_for_release() {
    brakes_released_ = false;
    if (facts().vanish_held_since == 0 && facts().delete_held_since == 0) co_return Outcome<void>{};
    std::string entry(brake_release_entry);
    const MailboxId whole_account{};
    auto found = co_await context_.account->read_attributes(whole_account, std::move(entry));
    if (!found) co_return store_fault(found.error());
    brakes_released_ = !found->empty();
    co_return Outcome<void>{};
}

// The release holds until nothing is held any more.
Task<Outcome<void>> FolderSync::end_release() {
    const bool held = facts().vanish_held_since != 0 || facts().delete_held_since != 0;
    if (!brakes_released_ || held || report_.more) co_return Outcome<void>{};
    std::vector<store::AttributeWrite> writes(1);
    writes[0].attribute.entry = brake_release_entry;
    writes[0].remove = true;
    const mail::Cause why = cause("RELEASE");
    auto written = co_await context_.account->write_attributes(std::move(writes), why);
    if (!written) co_return store_fault(written.error());
    co_return Outcome<void>{};
}

bool FolderSync::brake_holds(std::size_t affected, std::size_t total, const Brake& brake,
                             UnixTime* held_since, const char* what) {
    if (!brake.exceeded(affected, total)) {
        *held_since = 0;
        return false;
    }
    if (*held_since == 0) {
        *held_since = now();
        context_.log->warning(what, {{"login", context_.account->login()},
                                     {"messages", std::uint64_t{affected}},
                                     {"of", std::uint64_t{total}}});
    }
    const bool holds = !brakes_released_ && now() - *held_since < policy().hold.count();
    if (!holds) *held_since = 0;
    return holds;
}

FlagState FolderSync::flags_here(const mail::Mailbox& mailbox, mail::Slot slot) const {
    FlagState out;
    const auto columns = mailbox.columns();
    out.bits = columns.flags[slot];
    for (const auto index : mailbox.keyword_set(columns.keywords[slot])) {
        out.keywords.push_back(mailbox.keywords()[index]);
    }
    return out;
}

bool FolderSync::changed_here(const Work& work) const {
    const auto* info = context_.account->find_mailbox(work.state.mailbox);
    return info != nullptr && info->highest_modseq != work.state.looked_at;
}

Task<Outcome<void>> FolderSync::open_mailbox(Work* work) {
    if (work->mailbox) co_return Outcome<void>{};
    auto opened = co_await context_.account->open_mailbox(work->state.mailbox);
    if (!opened) co_return store_fault(opened.error());
    work->mailbox = std::move(*opened);
    co_return Outcome<void>{};
}

Task<Outcome<void>> FolderSync::steps() {
    auto looked = co_await look_for_release();
    if (!looked) co_return looked.error();
    auto loaded = co_await load_states();
    if (!loaded) co_return loaded.error();
    auto tree = co_await sync_tree();
    if (!tree) co_return tree.error();
    if (report_.more) co_return Outcome<void>{};
    // What was agreed about the tree is kept before anything is based on it.
    auto kept = co_await save_states();
    if (!kept) co_return kept.error();
    bool idle = true;
    for (const auto& work : works_) {
        auto pulled = co_await pull_folder(work.get());
        if (!pulled) co_return pulled.error();
        if (work->pulled || work->gone_there || work->removed_here || changed_here(*work)) idle = false;
    }
    facts().polled_at = now();
    if (idle) co_return Outcome<void>{};
    report_.unchanged = false;
    auto known = co_await load_receipts();
    if (!known) co_return known.error();
    auto collected = co_await collect();
    if (!collected) co_return collected.error();
    for (const auto& work : works_) {
        auto merged = co_await merge_folder(work.get());
        if (!merged) co_return merged.error();
    }
    auto pushed = co_await push_local();
    if (!pushed) co_return pushed.error();
    auto removed = co_await remove_there();
    if (!removed) co_return removed.error();
    if (!report_.more) {  // else what is missing may only have moved to where nobody has looked yet
        auto vanished = co_await apply_vanished();
        if (!vanished) co_return vanished.error();
    }
    for (const auto& work : works_) {
        // Of what was removed here nothing was taken: what is new there is still new, however this round ends.
        if (!work->settled || report_.more || work->removed_here) continue;
        if (work->pulled && work->page.complete) {
            work->state.token = work->page.token;
            if (work->page.full) work->state.listed_at = now();
        }
        if (work->seen != 0) work->state.looked_at = work->seen;
    }
    auto folders = co_await remove_folders();
    co_return folders;
}

Presence FolderSync::presence() const {
    return {context_.account->session_count(), context_.account->idle_session_count()};
}

// True if there is something to do.
Task<Outcome<bool>> FolderSync::wait_for_news() {
    const std::uint32_t abilities = context_.source->provider->connector->describe().abilities;
    // What the provider does not tell of is looked for as often as without listening.
    const UnixTime next_look = now() + poll_interval(policy(), facts(), presence(), now()).count();
    while ((abilities & Ability::watch) != 0 && remote_->alive()) {
        const UnixTime longest = context_.crowded() ? shared_watch : longest_watch;
        if (context_.account->session_count() == 0 || now() - started_at_ > longest) co_return false;
        if (news_here_ || now() >= next_look) co_return true;
        std::vector<std::string> folders(1, "INBOX");
        auto hints = co_await remote_->watch(std::move(folders), watch_slice);
        if (!hints && hints.error().kind == FaultKind::unsupported) co_return false;
        if (!hints) co_return hints.error();
        report_.listens = true;
        if (!hints->empty()) co_return true;
    }
    co_return false;
}

Task<SessionReport> FolderSync::run() {
    started_at_ = now();
    report_.unchanged = true;
    const auto subscription = context_.account->watch([this](const mail::AccountEvent& event) {
        using Kind = mail::AccountEvent::Kind;
        const bool of_mail = event.kind != Kind::attribute && event.kind != Kind::subscription;
        if (of_mail && event.session != session_id_) news_here_ = true;
    });
    for (int rounds = 1; true; ++rounds) {
        missing_.clear();
        looked_for_.merge(looked_for_now_);
        looked_for_now_.clear();
        not_taken_.clear();
        removals_.clear();
        places_.clear();
        // From here on: what comes while a round is under way may have been overlooked by it.
        news_here_ = again_ = false;
        round_at_ = now();
        fetched_octets_ = 0;
        report_.end = co_await steps();
        auto saved = co_await save_states();
        if (report_.end && !saved) report_.end = saved.error();
        if (report_.end) report_.end = co_await end_release();
        if (!report_.end || report_.more) break;
        if ((again_ || news_here_) && rounds < rounds_at_once) continue;
        auto news = co_await wait_for_news();
        if (!news) report_.end = news.error();
        if (!news || !*news) break;
        rounds = 0;
    }
    if (facts().import_listed_at == 0 && report_.end) facts().import_listed_at = started_at_;
    const bool commit = remote_->alive() && !store_failed_;
    const auto mode = commit ? RemoteSession::CloseMode::commit : RemoteSession::CloseMode::abandon;
    auto closed = co_await remote_->close(mode);
    if (report_.end && !closed) report_.end = closed.error();
    co_return std::move(report_);
}

}  // namespace postern::gateway
