#pragma once
// Told of what commands did with messages (X39): for what is to happen to a message because a client stored it, or changed its flags.
#include <cstdint>
#include <string>
#include <vector>

#include "postern/export.hpp"
#include "postern/mail/types.hpp"
#include "postern/plugin/registry.hpp"

namespace postern::imap {

class Session;

/// Messages of one mailbox after a command, committed.
struct MessageEvent {
    enum class Kind : std::uint8_t {
        appended,  ///< new: APPEND, REPLACE
        copied,    ///< new: COPY, MOVE
        flags,     ///< other flags: STORE, FETCH of a body
    };
    Kind kind = Kind::appended;
    MailboxId mailbox{};
    std::string name;  ///< of the mailbox, as the session's user sees it
    struct Message {
        Uid uid = 0;
        std::vector<std::string> changed_flags;  ///< flags: the names of those that were set or taken away
    };
    std::vector<Message> messages;  ///< ascending
};

/// Registered under the plugin's name. Called on the session's core; must not suspend.
class POSTERN_SDK MessageObserver {
public:
    static constexpr InterfaceId interface_id{"postern.imap.message_observer", 1, 0};
    virtual ~MessageObserver();
    /// Whether it is to be told of messages of this mailbox: gathering what is told costs.
    virtual bool observes(Session& session, const mail::MailboxInfo& mailbox) = 0;
    /// The command's answer is not sent yet.
    virtual void observed(Session& session, const MessageEvent& event) = 0;
};

}  // namespace postern::imap
