#pragma once
// STORE modifiers (X15, RFC 4466 section 2.5).
#include "postern/export.hpp"
#include "postern/imap/argument_cursor.hpp"
#include "postern/mail/mailbox.hpp"
#include "postern/plugin/registry.hpp"
#include "postern/result.hpp"

namespace postern::imap {

class Session;

/// A STORE command being prepared. Messages that the request refuses (StoreFlagsResult::modified) come back to the
/// extensions as Operation::refused.
struct StorePlan {
    Session& session;
    bool uid = false;
    bool silent = false;
    mail::StoreFlagsRequest request;
    /// The request's condition was refused for some messages: they are told with their present flags too.
    bool tell_refused = false;
};

/// X15. Registered under the modifier's name.
class POSTERN_SDK StoreModifier {
public:
    static constexpr InterfaceId interface_id{"postern.imap.store_modifier", 1, 0};
    virtual ~StoreModifier();
    virtual Result<void> apply(StorePlan& plan, const Parameter& parameter, ArgumentCursor& value) = 0;
};

}  // namespace postern::imap
