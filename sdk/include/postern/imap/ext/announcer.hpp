#pragma once
// Telling a client of changes beyond the ordinary updates (X32): while no command runs, or of other mailboxes.
#include "postern/export.hpp"
#include "postern/mail/mailbox.hpp"
#include "postern/plugin/registry.hpp"
#include "postern/result.hpp"
#include "postern/runtime/runtime.hpp"

namespace postern::imap {

class Session;

/// What a client wants to be told of the selected mailbox. What it removes itself it is told in any case.
struct SelectedUpdates {
    bool messages = true;  ///< new and expunged ones
    bool flags = true;
    bool at_once = false;  ///< expunges between commands, and after commands that use message numbers
};

/// Registered under the plugin's name. Called on the session's core.
class POSTERN_SDK Announcer {
public:
    static constexpr InterfaceId interface_id{"postern.imap.announcer", 1, 0};
    virtual ~Announcer();
    /// The session is to be woken between commands: by changes of the selected mailbox and by Session::wake().
    virtual bool wants_wake(Session& session) const;
    /// It was woken. Writes what there is to tell; Session::announce() for the selected mailbox.
    virtual Task<Result<void>> tell(Session* session);
    /// An announcement is at hand: takes away what the client does not want.
    virtual void adjust(Session& session, SelectedUpdates& updates) const;
    /// There is something to tell beyond the selected mailbox: tell_more() is called at the next announcement, whether a
    /// mailbox is selected or not.
    virtual bool has_more(Session& session) const;
    virtual Task<Result<void>> tell_more(Session* session);
    /// The ordinary announcement has told these changes of the selected mailbox.
    virtual bool follows(Session& session) const;
    virtual Task<Result<void>> announced(Session* session, const mail::ViewChanges* changes);
    /// It follows, and a command is done, changes announced: the last moment before the tagged response. Here what the
    /// session itself did shows, which is not announced to it.
    virtual Task<Result<void>> answering(Session* session);
};

}  // namespace postern::imap
