#include "connector-imap/listing.hpp"

#include <algorithm>
#include <array>

namespace postern::imap_client {

using gateway::RemoteItem;

namespace {

constexpr std::string_view token_version = "1";

RemoteItem item_of(const FolderListing::Entry& entry, RemoteItem::Kind kind, RefMaker refs) {
    RemoteItem item;
    item.kind = kind;
    item.ref = refs.ref(entry.uid);
    item.id = message_id(refs.uidvalidity, entry.uid);
    item.size = entry.size;
    item.date = entry.date;
    if (entry.flags) {
        item.flags = entry.flags->bits;
        item.keywords = entry.flags->keywords;
    }
    return item;
}

}  // namespace

std::optional<PullToken> PullToken::parse(std::string_view text) {
    const auto words = words_of(text);
    if (words.size() != 6 || words[0] != token_version) return std::nullopt;
    std::array<std::uint64_t, 5> numbers{};
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        const auto number = parse_number(words[i + 1]);
        if (!number || (i != 2 && *number > 0xffffffffU)) return std::nullopt;
        numbers[i] = *number;
    }
    PullToken out;
    out.uidvalidity = static_cast<std::uint32_t>(numbers[0]);
    out.uidnext = static_cast<std::uint32_t>(numbers[1]);
    out.modseq = numbers[2];
    out.messages = static_cast<std::uint32_t>(numbers[3]);
    out.unseen = static_cast<std::uint32_t>(numbers[4]);
    if (out.uidvalidity == 0 || out.uidnext == 0) return std::nullopt;
    return out;
}

std::string PullToken::format() const {
    std::string out(token_version);
    for (const std::uint64_t n : {std::uint64_t{uidvalidity}, std::uint64_t{uidnext}, modseq,
                                  std::uint64_t{messages}, std::uint64_t{unseen}}) {
        out += ' ' + std::to_string(n);
    }
    return out;
}

bool PullToken::same_as(const MailboxStatus& status, bool trust_counts) const {
    if (status.uidvalidity != uidvalidity || status.uidnext != uidnext || status.messages != messages)
        return false;
    if (modseq != 0 && status.modseq != 0) return status.modseq == modseq;
    return trust_counts && status.unseen == unseen;
}

std::string message_id(std::uint32_t uidvalidity, std::uint32_t uid) {
    return std::to_string(uidvalidity) + '.' + std::to_string(uid);
}

std::optional<std::pair<std::uint32_t, std::uint32_t>> parse_message_id(std::string_view id) {
    const std::size_t dot = id.find('.');
    if (dot == std::string_view::npos) return std::nullopt;
    const auto uidvalidity = parse_number(id.substr(0, dot));
    const auto uid = parse_number(id.substr(dot + 1));
    if (!uidvalidity || !uid || *uidvalidity > 0xffffffffU || *uid > 0xffffffffU || *uid == 0)
        return std::nullopt;
    return std::make_pair(static_cast<std::uint32_t>(*uidvalidity), static_cast<std::uint32_t>(*uid));
}

bool FolderListing::add(FetchData data) {
    if (data.uid == 0) return true;  // flags told by message number alone: the next pull has them
    if (entries_.size() >= max_entries_) return false;
    Entry entry;
    entry.uid = data.uid;
    entry.flags = std::move(data.flags);
    entry.size = data.size;
    entry.date = data.date;
    entries_.push_back(std::move(entry));
    return true;
}

void FolderListing::finish() {
    std::stable_sort(entries_.begin(), entries_.end(),
                     [](const Entry& a, const Entry& b) { return a.uid < b.uid; });
    std::vector<Entry> merged;
    merged.reserve(entries_.size());
    for (auto& entry : entries_) {
        if (vanished_.contains(entry.uid)) continue;
        if (merged.empty() || merged.back().uid != entry.uid) {
            merged.push_back(std::move(entry));
            continue;
        }
        Entry& known = merged.back();
        if (entry.flags) known.flags = std::move(entry.flags);
        if (entry.size) known.size = entry.size;
        if (entry.date) known.date = entry.date;
    }
    entries_ = std::move(merged);
}

std::size_t FolderListing::count_from(std::uint32_t uid) const {
    const auto first = std::lower_bound(entries_.begin(), entries_.end(), uid,
                                        [](const Entry& e, std::uint32_t n) { return e.uid < n; });
    return static_cast<std::size_t>(entries_.end() - first);
}

std::vector<RemoteItem> present_items(const FolderListing& listing, const imap::NumberSet* present,
                                      RefMaker refs) {
    std::vector<RemoteItem> out;
    if (present == nullptr) {
        for (const auto& entry : listing.entries())
            out.push_back(item_of(entry, RemoteItem::Kind::present, refs));
        return out;
    }
    auto entry = listing.entries().begin();
    for (const std::uint32_t uid : *present) {
        while (entry != listing.entries().end() && entry->uid < uid) ++entry;
        if (entry != listing.entries().end() && entry->uid == uid) {
            out.push_back(item_of(*entry, RemoteItem::Kind::present, refs));
        } else {
            FolderListing::Entry bare;
            bare.uid = uid;
            out.push_back(item_of(bare, RemoteItem::Kind::present, refs));
        }
    }
    return out;
}

std::vector<RemoteItem> changed_items(const FolderListing& listing, std::uint32_t uidnext, RefMaker refs) {
    std::vector<RemoteItem> out;
    for (const std::uint32_t uid : listing.vanished()) {
        if (uid >= uidnext) break;
        FolderListing::Entry gone;
        gone.uid = uid;
        out.push_back(item_of(gone, RemoteItem::Kind::removed, refs));
    }
    for (const auto& entry : listing.entries()) {
        const auto kind = entry.uid < uidnext ? RemoteItem::Kind::changed : RemoteItem::Kind::added;
        out.push_back(item_of(entry, kind, refs));
    }
    return out;
}

}  // namespace postern::imap_client
