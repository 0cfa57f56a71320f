#pragma once
// Access tokens of OAuth sources (gateway.md 3, model D): in memory alone, renewed at 80 % of their life, by one request
// whoever waits. A refresh token that a server hands out anew is on disk before anything that came with it is used.
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "gateway/sealed_rows.hpp"
#include "gateway/source.hpp"
#include "postern/auth/auth.hpp"
#include "postern/mail/account.hpp"
#include "postern/net/stream.hpp"
#include "postern/runtime/event.hpp"

namespace postern::gateway {

struct AccessToken {
    std::string text;
    bool fresh = false;  ///< came with this question
    std::string scopes;  ///< that were granted, or else asked for
};

/// All calls for a source on its account's core.
class AccessTokens {
public:
    AccessTokens(Runtime& runtime, mail::MailService& mail, Sealer& sealer);
    ~AccessTokens();

    /// Before the first get(). Without it there are no tokens.
    void use(Dialer& dialer) { dialer_ = &dialer; }
    void use_keys(SealingKeys& keys) { keys_ = &keys; }

    /// auth_failed, definite: the user must consent anew. Other faults pass.
    Task<Outcome<AccessToken>> get(std::shared_ptr<Source> source);
    /// The provider refused this one.
    void forget(const Source& source, const std::string& token);

private:
    struct Entry {
        std::string token;
        std::string scopes;
        UnixTime refresh_at = 0;
        UnixTime expires_at = 0;
        /// A sealed refresh token that is not on disk yet: nothing else is used before it is.
        std::string uncommitted;
        bool busy = false;  ///< somebody asks, the others wait
        std::vector<std::shared_ptr<Event>> waiters;
        Outcome<AccessToken> outcome = Fault();  ///< what the waiters get

        Entry() = default;
        Entry(const Entry&) = delete;
        Entry& operator=(const Entry&) = delete;
        ~Entry();
        void clear_token();
    };

    Entry& entry_of(const Source& source);
    Task<Outcome<AccessToken>> renew(std::shared_ptr<Source> source, Entry* entry);
    Task<Outcome<void>> read_grant(std::shared_ptr<Source> source);
    Task<Outcome<void>> commit(std::shared_ptr<Source> source, Entry* entry);

    Runtime& runtime_;
    mail::MailService& mail_;
    Sealer& sealer_;
    SealingKeys* keys_ = nullptr;
    Dialer* dialer_ = nullptr;
    std::vector<std::map<SourceId, Entry>> shards_;  ///< of one core, used on it alone
};

}  // namespace postern::gateway
