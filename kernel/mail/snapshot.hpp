#pragma once
// The packed snapshot of a mailbox: columns of differences, keyword dictionary, expunge history, \Recent cursor.
// Versioned; about 15 octets a message.
#include <string>
#include <string_view>

#include "kernel/mail/mailbox_state.hpp"
#include "postern/store/store.hpp"

namespace postern::mail {

class SnapshotCodec {
public:
    /// Dead slots are left out.
    static std::string encode(const MailboxState& state);
    /// Errc::corrupt if it does not decode, Errc::unsupported if a newer version wrote it.
    static Result<MailboxState> decode(std::string_view data);
};

/// Snapshot and tail as the store gave them, put together.
Result<MailboxState> restore_state(const store::MailboxLoad& load);

}  // namespace postern::mail
