#include "pop3/maildrop.hpp"

#include <algorithm>
#include <unordered_map>

#include "pop3/unique_ids.hpp"

namespace postern::pop3 {

namespace {

constexpr std::size_t load_together = 100;
constexpr std::size_t prefetch_messages = 16;
constexpr std::uint64_t prefetch_octets = 1 << 20;

std::vector<Item> list(const mail::Mailbox& mailbox) {
    std::vector<Item> items;
    items.reserve(mailbox.info().total);
    const mail::Columns columns = mailbox.columns();
    for (mail::Slot slot = 0; slot < columns.uid.size(); ++slot) {
        if (!columns.is_alive(slot)) continue;
        Item item;
        item.uid = columns.uid[slot];
        item.message = columns.message[slot];
        item.size = columns.size[slot];
        item.seen = (columns.flags[slot] & mail::seen) != 0;
        items.push_back(item);
    }
    return items;
}

}  // namespace

Task<Result<std::unique_ptr<Maildrop>>> Maildrop::open(mail::MailService* mail, Identity identity,
                                                       std::uint64_t session) {
    auto drop = std::make_unique<Maildrop>();
    drop->mail_ = mail;
    drop->identity_ = std::move(identity);
    drop->session_ = session;
    auto account = co_await mail->open(drop->identity_.account);
    if (!account) co_return account.error();
    drop->account_ = std::move(*account);
    const mail::MailboxInfo* inbox = drop->account_->find_mailbox("INBOX");
    if (inbox == nullptr) co_return Error(Errc::not_found, "there is no INBOX");
    auto mailbox = co_await drop->account_->open_mailbox(inbox->id);
    if (!mailbox) co_return mailbox.error();
    drop->mailbox_ = std::move(*mailbox);
    drop->presence_ = drop->account_->enter("pop3");
    drop->items_ = list(*drop->mailbox_);
    co_return drop;
}

std::uint64_t Maildrop::count() const {
    return static_cast<std::uint64_t>(
        std::ranges::count_if(items_, [](const Item& item) { return !item.deleted; }));
}

std::uint64_t Maildrop::octets() const {
    std::uint64_t sum = 0;
    for (const Item& item : items_) sum += item.deleted ? 0 : item.size;
    return sum;
}

mail::Cause Maildrop::cause(std::string command) const {
    return {"pop3", std::move(command), identity_.login, session_};
}

Task<Result<mail::StoredMessagePtr>> Maildrop::message(std::size_t index) {
    if (index < first_loaded_ || index >= first_loaded_ + loaded_.size()) {
        std::vector<MessageId> ids;
        for (std::size_t i = index; i < std::min(items_.size(), index + load_together); ++i)
            ids.push_back(items_[i].message);
        auto loaded = co_await account_->load_messages(std::move(ids));
        if (!loaded) co_return loaded.error();
        loaded_ = std::move(*loaded);
        first_loaded_ = index;
        prefetched_ = index;
    }
    mail::StoredMessagePtr message = loaded_[index - first_loaded_];
    if (!message) co_return Error(Errc::not_found, "the message is gone");
    // Clients read maildrops from front to back.
    if (index >= prefetched_) {
        std::vector<mail::StoredMessagePtr> next;
        std::uint64_t octets = 0;
        std::size_t i = index;
        for (; i < first_loaded_ + loaded_.size() && next.size() < prefetch_messages; ++i) {
            octets += items_[i].size;
            if (octets > prefetch_octets && !next.empty()) break;
            if (loaded_[i - first_loaded_]) next.push_back(loaded_[i - first_loaded_]);
        }
        prefetched_ = i;
        if (next.size() > 1) co_await account_->prefetch_content(std::move(next));
    }
    co_return message;
}

Task<Result<std::string>> Maildrop::read(mail::StoredMessagePtr message, std::uint64_t offset,
                                         std::uint64_t length) {
    auto octets = co_await account_->read_content(std::move(message), offset, length);
    co_return octets;
}

Task<Result<std::vector<std::string>>> Maildrop::unique_ids() {
    const std::uint32_t uidvalidity = mailbox_->info().uidvalidity;
    const MailboxId inbox = mailbox_->info().id;
    std::vector<std::string> ids(items_.size());
    std::string prefix(given_prefix);
    auto before = co_await account_->read_attributes(inbox, std::move(prefix));
    if (!before) co_return before.error();
    auto sources = co_await mail_->list_sources(identity_.account);
    if (!sources) co_return sources.error();
    if (sources->empty() && before->empty()) {
        make_unique(ids, items_, uidvalidity);
        co_return ids;
    }
    const auto given = parse_given(*before);
    const auto known = [&](const Item& item) { return given.contains(item.uid); };
    if (!std::ranges::all_of(items_, known)) {
        auto read = co_await read_provider_ids(&ids, std::move(*sources));
        if (!read) co_return read.error();
    }
    for (std::size_t i = 0; i < items_.size(); ++i) {
        const auto found = given.find(items_[i].uid);
        if (found != given.end()) ids[i] = found->second;
    }
    make_unique(ids, items_, uidvalidity);
    auto writes = given_writes(inbox, items_, ids, *before);
    if (writes.empty()) co_return ids;
    mail::Cause why = cause("UIDL");
    auto written = co_await account_->write_attributes(std::move(writes), std::move(why));
    if (!written) co_return written.error();
    co_return ids;
}

Task<Result<void>> Maildrop::read_provider_ids(std::vector<std::string>* ids,
                                               std::vector<store::SourceRow> sources) {
    std::unordered_map<std::uint64_t, std::string> by_message;
    for (const store::SourceRow& source : sources) {
        auto receipts = co_await account_->read_receipts(source.id, store::any_receipt_state);
        if (!receipts) co_return receipts.error();
        for (store::Receipt& receipt : *receipts) {
            if (value_of(receipt.message) != 0)
                by_message.emplace(value_of(receipt.message), std::move(receipt.uidl));
        }
    }
    for (std::size_t i = 0; i < items_.size(); ++i) {
        const auto found = by_message.find(value_of(items_[i].message));
        if (found != by_message.end()) (*ids)[i] = found->second;
    }
    co_return Result<void>();
}

Task<Result<void>> Maildrop::mark_seen() {
    mail::StoreFlagsRequest request;
    request.mode = mail::StoreFlagsRequest::Mode::add;
    request.flags = mail::seen;
    request.cause = cause("RETR");
    for (Item& item : items_) {
        const mail::Slot slot = item.retrieved && !item.deleted ? mailbox_->find(item.uid) : mail::no_slot;
        if (slot != mail::no_slot) request.slots.push_back(slot);
        item.retrieved = false;
    }
    if (request.slots.empty()) co_return Result<void>();
    auto stored = co_await mailbox_->store_flags(std::move(request));
    if (!stored) co_return stored.error();
    co_return Result<void>();
}

Task<Result<void>> Maildrop::remove_deleted() {
    mail::ExpungeRequest request;
    request.slots.emplace();
    request.force = true;
    request.cause = cause("QUIT");
    for (const Item& item : items_) {
        const mail::Slot slot = item.deleted ? mailbox_->find(item.uid) : mail::no_slot;
        if (slot != mail::no_slot) request.slots->push_back(slot);
    }
    if (request.slots->empty()) co_return Result<void>();
    auto removed = co_await mailbox_->expunge(std::move(request));
    if (!removed) co_return removed.error();
    co_return Result<void>();
}

}  // namespace postern::pop3
