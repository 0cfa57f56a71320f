#pragma once
#include <string_view>

#include "postern/export.hpp"
#include "postern/plugin/registry.hpp"

namespace postern::imap {

class Session;

/// Which extensions a session has: an operator can leave some out on a listener (`without:`). The core asks it for
/// everything it looks up itself. An extension that collects what others register (ENABLE its tokens, SORT its keys)
/// asks before it uses one. Provided by the core.
class POSTERN_SDK ListenerExtensions {
public:
    static constexpr InterfaceId interface_id{"postern.imap.listener_extensions", 1, 0};
    virtual ~ListenerExtensions();
    /// Whether the session has what this plugin registered.
    virtual bool has(const Session& session, std::string_view plugin) const = 0;
};

}  // namespace postern::imap
