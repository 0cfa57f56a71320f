#include "read_ahead.hpp"

#include <algorithm>

namespace postern::imap {

namespace {

constexpr std::uint64_t most_octets = 1 << 20;
constexpr std::size_t most_messages = 64;

}  // namespace

Task<void> ReadAhead::need(mail::Account* account, const std::vector<mail::StoredMessagePtr>* messages,
                           std::size_t index) {
    if (index < end_) co_return;
    std::vector<mail::StoredMessagePtr> wanted;
    std::uint64_t octets = 0;
    for (end_ = index; end_ < messages->size() && wanted.size() < window_ && octets < most_octets; ++end_) {
        const mail::StoredMessagePtr& message = (*messages)[end_];
        if (!message) continue;
        octets += std::min<std::uint64_t>(message->record.size(), store::content_chunk_size);
        wanted.push_back(message);
    }
    window_ = std::min(2 * window_, most_messages);
    co_await account->prefetch_content(std::move(wanted));
}

}  // namespace postern::imap
