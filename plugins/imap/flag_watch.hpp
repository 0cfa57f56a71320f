#pragma once
// Which flags a command changes, for observers (X39).
#include <string>
#include <vector>

#include "postern/imap/ext/session.hpp"

namespace postern::imap {

class MessageObserver;
class ServerSession;

/// Made before the flags of the selected mailbox are stored. Costs nothing if nobody observes them.
class FlagWatch {
public:
    FlagWatch(ServerSession& session, const std::vector<mail::Slot>& slots);
    /// These have other flags now; ascending.
    void tell(const std::vector<mail::Slot>& changed) const;

private:
    struct Before {
        mail::Slot slot;
        mail::FlagBits flags;
        std::vector<std::string> keywords;
    };
    std::vector<std::string> changes(const Before& before) const;

    ServerSession& session_;
    std::vector<MessageObserver*> observers_;
    std::string name_;
    std::vector<Before> before_;
};

}  // namespace postern::imap
