#pragma once
// Starts a worker for every source that is due or whose user is signed in.
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "gateway/access_tokens.hpp"
#include "gateway/locator.hpp"
#include "gateway/sealed_rows.hpp"
#include "gateway/worker.hpp"
#include "postern/auth/auth.hpp"
#include "postern/runtime/log.hpp"
#include "postern/runtime/runtime.hpp"

namespace postern::gateway {

class Engine {
public:
    Engine(Runtime& runtime, Logger& log, const Settings& settings, mail::MailService& mail, Sealer& sealer);
    ~Engine();

    /// For authorization servers. Before start().
    void use(Dialer& dialer) { tokens_.use(dialer); }
    /// For values that are sealed while a master key retires. Before start().
    void use_keys(SealingKeys& keys) {
        keys_ = &keys;
        tokens_.use_keys(keys);
    }
    /// Begins to look for sources that are due.
    void start();

    /// On the account's core: its worker, started if there is none. A session that is given is the first it uses.
    std::shared_ptr<Worker> worker_of(store::SourceRow row, std::unique_ptr<RemoteSession> session = nullptr);

    /// That worker if there is one, else null. On the account's core.
    std::shared_ptr<Worker> find_worker(AccountId account, SourceId source);

    /// Sessions at the same time, in all and to one host, none while the host is left alone. Any thread.
    bool enter_host(const std::string& host);
    void leave_host(const std::string& host);
    /// Somebody waits for a place: who only listens makes room.
    bool is_crowded(const std::string& host);
    /// It says that we come too often: left alone for a minute, each time twice as long, at most an hour.
    void host_is_throttled(const std::string& host);
    void host_works(const std::string& host);

    Runtime& runtime() { return runtime_; }
    Logger& log() { return log_; }
    const Settings& settings() const { return settings_; }
    mail::MailService& mail() { return mail_; }
    Sealer& sealer() { return sealer_; }
    Seals seals() { return {&sealer_, keys_}; }
    AccessTokens& tokens() { return tokens_; }
    Locator& locator() { return locator_; }

private:
    using Shard = std::map<SourceId, std::shared_ptr<Worker>>;  ///< of one core, used on it alone

    Task<void> look_for_due();
    Task<void> start_due(store::SourceRow row);
    Task<void> forget_password(std::shared_ptr<Source> source);
    Task<void> run_worker(std::shared_ptr<Worker> worker);
    Shard& shard_of(AccountId account) { return shards_[runtime_.core_index(value_of(account))]; }

    Runtime& runtime_;
    Logger& log_;
    const Settings& settings_;
    mail::MailService& mail_;
    Sealer& sealer_;
    SealingKeys* keys_ = nullptr;
    AccessTokens tokens_;
    Locator locator_;
    std::vector<Shard> shards_;
    std::mutex hosts_guard_;
    struct HostLoad {
        std::size_t sessions = 0;
        UnixTime pause = 0;
        UnixTime not_before = 0;
        UnixTime refused_at = 0;  ///< there was no place
    };
    std::map<std::string, HostLoad> hosts_;
    std::size_t sessions_ = 0;
    UnixTime refused_at_ = 0;  ///< there were too many sessions in all
};

}  // namespace postern::gateway
