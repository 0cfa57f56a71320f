#pragma once
#include "postern/auth/auth.hpp"

namespace postern {

/// Is told of every sign-in that succeeds, whoever judged it. Plugins register theirs by name.
class POSTERN_SDK SignInObserver {
public:
    static constexpr InterfaceId interface_id{"postern.auth.observer", 1, 0};
    virtual ~SignInObserver();
    /// Any core; the client waits meanwhile, so that longer work is spawned.
    virtual void signed_in(const Identity& identity) = 0;
};

}  // namespace postern
