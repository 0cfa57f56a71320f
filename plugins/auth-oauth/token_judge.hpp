#pragma once
// Asks the authorization server whose a token is, and remembers the answer for a while.
#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include "postern/auth/token_introspection.hpp"
#include "postern/net/http_client.hpp"
#include "postern/runtime/log.hpp"

namespace postern::oauth {

struct Settings {
    http::Url introspection;
    std::string client_id;
    std::string client_secret;
    std::string ca_file;
    std::string login = "username";  ///< the member of the answer that names the account
    std::string scope;
    std::string audience;
    std::string configuration;  ///< URL that refused clients are told
    std::chrono::milliseconds cache{60'000};
};

/// Thread-safe.
class TokenJudge {
public:
    using Now = std::int64_t;  ///< seconds since 1970

    TokenJudge(const Settings& settings, Logger& log);
    void set_dialer(Dialer& dialer) { dialer_ = &dialer; }

    /// The login the token is good for. authentication_failed: it is not, or not for us; unavailable: the authorization
    /// server cannot be asked, or refuses us.
    Task<Result<std::string>> judge(std::string token, Now now);

private:
    using Digest = std::array<std::uint8_t, 32>;
    struct Known {
        std::string login;
        Now until = 0;
    };

    http::Request request_for(const std::string& token) const;
    /// What the answer means for us; how long it holds is added to `now`.
    Result<Known> read(const http::Response& response, Now now) const;
    void remember(const Digest& digest, Known known, Now now);

    const Settings& settings_;
    Logger& log_;
    Dialer* dialer_ = nullptr;
    std::mutex mutex_;
    std::map<Digest, Known> known_;
};

}  // namespace postern::oauth
