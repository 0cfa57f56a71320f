#include "kernel/mail/core_context.hpp"

#include <cstring>

namespace postern::mail {

namespace {

std::size_t mix(std::uint64_t a, std::uint64_t b) {
    std::uint64_t x = a ^ (b * 0x9e3779b97f4a7c15ULL);
    x ^= x >> 32;
    return static_cast<std::size_t>(x * 0xd6e8feb86659fd93ULL);
}

}  // namespace

std::size_t CacheHash::operator()(const MessageKey& key) const noexcept {
    return mix(value_of(key.account), value_of(key.message));
}

std::size_t CacheHash::operator()(const ContentKey& key) const noexcept {
    std::uint64_t head = 0;
    std::memcpy(&head, key.content.data(), sizeof(head));
    return mix(value_of(key.account) + key.chunk, head);
}

std::size_t CacheHash::operator()(const IndexBlockKey& key) const noexcept {
    return mix(value_of(key.account) + key.block, key.segment);
}

UnixTime CoreContext::now() const {
    if (options.clock) return options.clock();
    const auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::seconds>(since_1970).count();
}

}  // namespace postern::mail
