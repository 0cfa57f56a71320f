#pragma once
// Pass-through sign-in (gateway.md 3, models A and B): a sign-in at the provider proves the password. The account appears at
// the first; later ones are answered from a verifier, or where nothing is kept from the password in memory, and the
// provider is asked only about a password it has not accepted.
#include <array>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "gateway/engine.hpp"
#include "postern/auth/auth.hpp"
#include "postern/runtime/event.hpp"

namespace postern::gateway {

/// Keyed digest of a password, under a key of this process.
using PasswordDigest = std::array<std::uint8_t, 32>;

/// What was tried upstream for one name: at most five failures an hour, and no wrong password twice in ten minutes.
class UpstreamTries {
public:
    enum class Verdict { allowed, known_wrong, too_many };
    Verdict judge(const PasswordDigest& digest, UnixTime now);
    void failed(const PasswordDigest& digest, bool wrong, UnixTime now);
    void succeeded() { tries_.clear(); }
    bool empty() const { return tries_.empty(); }

private:
    struct Try {
        PasswordDigest digest{};
        bool wrong = false;
        UnixTime at = 0;
    };
    std::deque<Try> tries_;
};

class SignIn final : public Authenticator {
public:
    SignIn(Engine& engine, PasswordHasher& hasher);

    Task<Result<Identity>> verify(Credentials credentials) override;

private:
    /// One question to the provider; sign-ins with the same password wait for its answer.
    struct Check {
        PasswordDigest digest{};
        Result<Identity> result = Error(Errc::unavailable);
        std::vector<std::shared_ptr<Event>> waiters;
    };
    /// Spares the slow hash of a password that the verifier has matched before.
    struct Accepted {
        PasswordDigest digest{};
        std::string verifier;
    };
    struct Shard {  ///< of one core, used on it alone
        std::map<std::string, std::shared_ptr<Check>> checks;
        std::map<std::string, UpstreamTries> tries;
        std::map<std::string, Accepted> accepted;
    };
    struct Request {
        Credentials credentials;
        std::string login;  ///< canonical
        PasswordDigest digest{};
        const Provider* provider = nullptr;
    };

    Task<Result<Identity>> verify_at_home(Request request, std::size_t home);
    Task<Result<Identity>> decide(Request request, Shard* shard);
    Task<Result<Identity>> decide_known(Request request, Shard* shard, AccountId account,
                                        store::SourceRow row);
    Task<Result<bool>> matches(Request request, std::string verifier);
    Task<Result<Identity>> ask_provider(Request request, Shard* shard, AccountId account,
                                        std::shared_ptr<Source> source);
    Task<Result<Identity>> provision(Request request, AccountId account,
                                     std::unique_ptr<RemoteSession> session);
    Task<Result<Identity>> renew(Request request, std::shared_ptr<Source> source,
                                 std::unique_ptr<RemoteSession> session);
    Task<Result<std::string>> make_verifier(Request request);
    bool holds(const Source& source, const Request& request) const;
    Task<Result<bool>> adopt(store::SourceRow row, std::unique_ptr<RemoteSession> session,
                             std::optional<RemoteCredential> held);
    PasswordDigest digest_of(const std::string& login, const std::string& password) const;

    Engine& engine_;
    PasswordHasher& hasher_;
    std::array<std::uint8_t, 32> key_{};
    std::vector<Shard> shards_;
};

}  // namespace postern::gateway
