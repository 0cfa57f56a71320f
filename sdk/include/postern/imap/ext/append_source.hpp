#pragma once
// Where APPEND takes its messages from (X26) and options of a message (X27).
#include <memory>
#include <string>

#include "postern/export.hpp"
#include "postern/imap/ext/command_handler.hpp"
#include "postern/mail/account.hpp"
#include "postern/plugin/registry.hpp"
#include "postern/result.hpp"

namespace postern::imap {

/// X26. A keyword in place of the literal: "CATENATE (...)", "UTF8 (~{...})". Registered under the keyword.
class POSTERN_SDK AppendSource {
public:
    static constexpr InterfaceId interface_id{"postern.imap.append_source", 1, 0};
    virtual ~AppendSource();
    /// context->args stands right after the keyword; takes its arguments and yields the octets of the message.
    virtual Task<Result<std::shared_ptr<const std::string>>> read(CommandContext* context) = 0;
    /// What becomes of a literal within; `args` as above, holding what came so far. The default streams it.
    virtual LiteralDecision literal(Session& session, const LiteralOffer& offer, ArgumentCursor& args);
};

/// X27. "NAME value" before the message's octets (RFC 4466 section 2.7: append-ext). Registered under the name.
class POSTERN_SDK AppendOption {
public:
    static constexpr InterfaceId interface_id{"postern.imap.append_option", 1, 0};
    virtual ~AppendOption();
    /// args stands right after the name.
    virtual Result<void> apply(Session& session, mail::NewMail& message, ArgumentCursor& args) = 0;
};

/// X26. Looks at every message that APPEND and commands like it take, once it is complete, wherever its octets came from. May
/// put other octets in their place. Registered under the plugin's name.
class POSTERN_SDK AppendFilter {
public:
    static constexpr InterfaceId interface_id{"postern.imap.append_filter", 1, 0};
    virtual ~AppendFilter();
    /// An error refuses the message.
    virtual Result<void> apply(Session& session, std::shared_ptr<const std::string>& message) = 0;
};

}  // namespace postern::imap
