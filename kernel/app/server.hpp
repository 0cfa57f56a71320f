#pragma once
// The running server: where every part is made and connected, in one place.
#include <memory>
#include <string>
#include <vector>

#include "kernel/app/data_lock.hpp"
#include "kernel/app/setup.hpp"
#include "kernel/auth/auth_service_impl.hpp"
#include "kernel/auth/key_sealer.hpp"
#include "kernel/auth/local_authenticator.hpp"
#include "kernel/auth/mechanisms.hpp"
#include "kernel/auth/password_hasher.hpp"
#include "kernel/mail/secret_exchange.hpp"
#include "kernel/net/dialer.hpp"
#include "kernel/net/listener.hpp"
#include "postern/mail/account.hpp"
#include "postern/mail/account_lock.hpp"
#include "postern/mail/account_scan.hpp"
#include "postern/mail/grouped_delivery.hpp"
#include "postern/mail/scripts.hpp"
#include "postern/store/store.hpp"

namespace postern::app {

/// Made from a Setup without errors. Used by the main thread alone.
class Server {
public:
    explicit Server(Setup setup);
    ~Server();

    /// Binds, drops privileges, opens the store, starts plugins, accepts. The error is a sentence for the operator.
    Result<void> start();
    /// "imap 127.0.0.1:1143 (STARTTLS), imap 127.0.0.1:1993 (TLS)"
    std::string addresses() const;
    /// SIGHUP: reads the certificates again. Connections go on.
    void reload();
    /// Says goodbye to every client, lets plugins finish, closes the store. True if everything was given back in time;
    /// otherwise threads still use the parts, and the process must end without destroying them.
    bool stop(std::chrono::milliseconds time);

private:
    Result<void> open_listeners();
    Result<void> open_store();
    Result<void> start_services();
    void warn_of_unknown_mechanisms();
    Result<void> start_plugins();

    Setup setup_;
    runtime::OwnerLogger log_;
    std::shared_ptr<runtime::LeaseLedger> kernel_leases_;
    std::shared_ptr<runtime::LeaseLedger> connection_leases_;
    std::unique_ptr<Runtime> kernel_runtime_;
    std::unique_ptr<Runtime> connection_runtime_;

    std::optional<DataLock> lock_;
    std::unique_ptr<store::Store> store_;
    std::unique_ptr<auth::KeySealer> sealer_;
    std::unique_ptr<auth::ArgonHasher> hasher_;
    std::unique_ptr<mail::MailService> mail_;
    std::unique_ptr<mail::AccountScan> account_scan_;
    std::unique_ptr<mail::GroupedDelivery> deliveries_;
    std::unique_ptr<mail::AccountLocks> account_locks_;
    std::unique_ptr<mail::ScriptStore> scripts_;
    std::unique_ptr<auth::AuthServiceImpl> auth_;
    std::unique_ptr<auth::SecretMaker> secrets_;
    std::unique_ptr<mail::SecretExchange> secret_exchange_;
    std::unique_ptr<auth::LocalAuthenticator> local_accounts_;
    std::unique_ptr<auth::Mechanisms> mechanisms_;
    std::unique_ptr<net::DialerImpl> dialer_;
    std::shared_ptr<net::ConnectionLimits> limits_;
    std::vector<std::unique_ptr<net::Listener>> listeners_;
    bool plugins_started_ = false;
};

}  // namespace postern::app
