// Mailbox snapshots: whatever decodes, encodes to something that decodes to the same octets.
#include <cstdlib>

#include "kernel/mail/snapshot.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace postern::mail;
    const auto state = SnapshotCodec::decode({reinterpret_cast<const char*>(data), size});
    if (!state) return 0;
    const std::string once = SnapshotCodec::encode(*state);
    const auto back = SnapshotCodec::decode(once);
    if (!back || SnapshotCodec::encode(*back) != once) std::abort();
    if (state->count().total != state->alive().count()) std::abort();
    static_cast<void>(state->first_unseen());
    static_cast<void>(state->vanished_since(1, 1000));
    return 0;
}
