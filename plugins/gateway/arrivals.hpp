#pragma once
// Somebody has signed in with a password of his own: his sources are looked at now, and more often while he is here.
#include "gateway/engine.hpp"
#include "postern/auth/sign_in_observer.hpp"

namespace postern::gateway {

class Arrivals final : public SignInObserver {
public:
    /// Nothing happens before this.
    void open(Engine& engine) { engine_ = &engine; }
    void signed_in(const Identity& identity) override;
    /// On the account's core. Sources of pass-through accounts are sign-in's own business.
    Task<void> wake_sources(AccountId account);

private:
    Engine* engine_ = nullptr;
};

}  // namespace postern::gateway
