// Reading: message records and content, from the core's caches or in one store call.
#include <algorithm>

#include "kernel/mail/account.hpp"
#include "kernel/mail/content_codec.hpp"

namespace postern::mail {

namespace {

constexpr std::size_t chunk_overhead = 256;  ///< octets a cached chunk takes besides its own

/// On a store's thread. Null for what is not there or does not decode: whoever reads it finds out why.
Result<std::vector<ChunkPtr>> read_decoded_chunks(store::StoreSession& session, AccountId account,
                                                  std::span<const ContentHash> contents) {
    const auto encoded = session.read_first_chunks(account, contents);
    if (!encoded) return encoded.error();
    std::vector<ChunkPtr> chunks;
    chunks.reserve(encoded->size());
    for (const std::string& chunk : *encoded) {
        auto octets = decode_chunk(chunk);
        chunks.push_back(octets ? std::make_shared<const std::string>(std::move(*octets)) : nullptr);
    }
    return chunks;
}

}  // namespace

StoredMessagePtr AccountImpl::cached_message(MessageId id) const {
    const StoredMessagePtr* cached = core_.messages.find({id_, id});
    return cached ? *cached : nullptr;
}

StoredMessagePtr AccountImpl::keep_message(store::MessageRow row) {
    auto message = std::make_shared<StoredMessage>();
    message->id = row.id;
    message->content = row.content;
    message->blob = std::move(row.record);
    auto record = mime::RecordView::decode(message->blob);
    if (!record) {
        core_.log.error("a message record does not decode",
                        {{"account", value_of(id_)}, {"message", value_of(row.id)}});
        return nullptr;
    }
    message->record = *record;
    constexpr std::size_t overhead = sizeof(StoredMessage) + 160;  // list and index entries
    core_.messages.put({id_, row.id}, message, message->blob.capacity() + overhead);
    return message;
}

Task<Result<std::vector<StoredMessagePtr>>> AccountImpl::load_messages(std::vector<MessageId> ids) {
    using Rows = std::vector<store::MessageRow>;
    std::vector<StoredMessagePtr> messages(ids.size());
    std::vector<MessageId> missing;
    for (std::size_t i = 0; i < ids.size(); ++i) {
        messages[i] = cached_message(ids[i]);
        if (!messages[i]) missing.push_back(ids[i]);
    }
    if (missing.empty()) co_return messages;
    std::sort(missing.begin(), missing.end());
    missing.erase(std::unique(missing.begin(), missing.end()), missing.end());
    std::function<Result<Rows>(store::StoreSession&)> call =
        [id = id_, wanted = std::move(missing)](store::StoreSession& session) {
            return session.read_messages(id, wanted);
        };
    auto rows = co_await core_.lanes.read<Rows>(std::move(call));
    if (!rows) co_return rows.error();
    // Rows come in the order of their ids: each hole looks its own up.
    std::vector<StoredMessagePtr> loaded;
    loaded.reserve(rows->size());
    for (auto& row : *rows) {
        if (auto message = keep_message(std::move(row))) loaded.push_back(std::move(message));
    }
    const auto by_id = [](const StoredMessagePtr& m, MessageId id) { return m->id < id; };
    for (std::size_t i = 0; i < ids.size(); ++i) {
        if (messages[i]) continue;
        const auto found = std::lower_bound(loaded.begin(), loaded.end(), ids[i], by_id);
        if (found != loaded.end() && (*found)->id == ids[i]) messages[i] = *found;
    }
    co_return messages;
}

Task<Result<ChunkPtr>> AccountImpl::load_chunk(ContentHash content, std::size_t chunk) {
    const ContentKey key{id_, content, chunk};
    if (const ChunkPtr* cached = core_.contents.find(key)) co_return *cached;
    std::function<Result<std::string>(store::StoreSession&)> call =
        [id = id_, content, chunk](store::StoreSession& session) -> Result<std::string> {
        auto slice = session.read_content(id, content, chunk, 1);
        if (!slice) return slice.error();
        if (slice->chunks.empty()) return std::string();
        return decode_chunk(slice->chunks.front());
    };
    auto loaded = co_await core_.lanes.read<std::string>(std::move(call));
    if (!loaded) co_return loaded.error();
    ChunkPtr octets = std::make_shared<const std::string>(std::move(*loaded));
    core_.contents.put(key, octets, octets->size() + chunk_overhead);
    co_return octets;
}

Task<void> AccountImpl::prefetch_content(std::vector<StoredMessagePtr> messages) {
    std::vector<ContentHash> missing;
    for (const StoredMessagePtr& message : messages) {
        if (core_.contents.find({id_, message->content, 0}) == nullptr) missing.push_back(message->content);
    }
    if (missing.empty()) co_return;
    using Chunks = std::vector<ChunkPtr>;
    std::function<Result<Chunks>(store::StoreSession&)> call = [id = id_,
                                                                missing](store::StoreSession& session) {
        return read_decoded_chunks(session, id, missing);
    };
    auto loaded = co_await core_.lanes.read<Chunks>(std::move(call));
    if (!loaded) co_return;
    for (std::size_t i = 0; i < missing.size(); ++i) {
        const ChunkPtr& octets = (*loaded)[i];
        if (octets) core_.contents.put({id_, missing[i], 0}, octets, octets->size() + chunk_overhead);
    }
}

Task<Result<std::string>> AccountImpl::read_content(StoredMessagePtr message, std::uint64_t offset,
                                                    std::uint64_t length) {
    const std::uint64_t size = message->record.size();
    if (offset >= size) co_return std::string();
    std::uint64_t left = std::min({length, size - offset, std::uint64_t{store::content_chunk_size}});
    std::string octets;
    while (left > 0) {
        const auto chunk = static_cast<std::size_t>(offset / store::content_chunk_size);
        const auto from = static_cast<std::size_t>(offset % store::content_chunk_size);
        auto loaded = co_await load_chunk(message->content, chunk);
        if (!loaded) co_return loaded.error();
        const std::string& whole = **loaded;
        if (from >= whole.size()) co_return Error(Errc::corrupt, "the content is shorter than its message");
        const std::size_t take = std::min<std::size_t>(whole.size() - from, static_cast<std::size_t>(left));
        octets.append(whole, from, take);
        offset += take;
        left -= take;
    }
    co_return octets;
}

}  // namespace postern::mail
