#pragma once
// Messages that a client is about to store although the server has stored them for it already: the copy of a submitted message
// in Sent.
#include <optional>
#include <string_view>

#include "postern/export.hpp"
#include "postern/plugin/registry.hpp"
#include "postern/store/ids.hpp"

namespace postern::mail {

/// Registered by name; protocols that store messages for clients ask.
class POSTERN_SDK ExistingCopies {
public:
    static constexpr InterfaceId interface_id{"postern.mail.existing_copies", 1, 0};
    virtual ~ExistingCopies();
    /// UID of the copy in that mailbox of a message with that Message-ID ("<1@example.org>"), if it was stored lately. It may be
    /// gone. Any thread.
    virtual std::optional<Uid> find_copy(AccountId account, MailboxId mailbox,
                                         std::string_view message_id) const = 0;
};

}  // namespace postern::mail
