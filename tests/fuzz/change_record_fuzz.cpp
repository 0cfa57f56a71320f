// Change records: whatever decodes, encodes to something that decodes to the same octets, and can be applied.
#include <cstdlib>

#include "kernel/mail/mailbox_state.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace postern::mail;
    const auto change = decode_change({reinterpret_cast<const char*>(data), size});
    if (!change) return 0;
    const std::string once = encode_change(*change);
    const auto back = decode_change(once);
    if (!back || encode_change(*back) != once) std::abort();
    MailboxState state;
    MailboxState::Applied applied;
    Change added;
    added.kind = ChangeKind::added;
    added.keyword_sets.resize(1);
    added.added.resize(50);
    if (!state.apply(added, 1, 1, applied)) std::abort();
    const auto done = state.apply(*change, 2, 51, applied);
    if (done && state.count().total != state.alive().count()) std::abort();
    return 0;
}
