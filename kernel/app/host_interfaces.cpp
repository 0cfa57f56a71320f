#include "kernel/app/host_interfaces.hpp"

#include "postern/auth/auth.hpp"
#include "postern/auth/sasl_policy.hpp"
#include "postern/auth/sealing_keys.hpp"
#include "postern/auth/sign_in_ledger.hpp"
#include "postern/mail/account.hpp"
#include "postern/mail/account_lock.hpp"
#include "postern/mail/account_scan.hpp"
#include "postern/mail/grouped_delivery.hpp"
#include "postern/mail/scripts.hpp"
#include "postern/net/stream.hpp"

namespace postern::app {

namespace {

template <class Interface>
plugin::InterfaceRef ref() {
    const auto& id = Interface::interface_id;
    return {std::string(id.id), id.major, id.minor, 0};
}

}  // namespace

std::vector<plugin::InterfaceRef> host_interfaces() {
    return {ref<Dialer>(),
            ref<PasswordHasher>(),
            ref<Sealer>(),
            ref<SealingKeys>(),
            ref<AuthService>(),
            ref<SignInLedger>(),
            ref<SaslPolicy>(),
            ref<mail::MailService>(),
            ref<mail::AccountScan>(),
            ref<mail::AccountLocks>(),
            ref<mail::GroupedDelivery>(),
            ref<mail::ScriptStore>()};
}

}  // namespace postern::app
