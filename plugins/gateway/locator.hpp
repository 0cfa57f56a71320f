#pragma once
// Where a provider's server is when DNS is to say: looked up off the core, remembered for a while.
#include <map>
#include <mutex>
#include <string>

#include "gateway/settings.hpp"
#include "postern/gateway/fault.hpp"
#include "postern/mail/account.hpp"
#include "postern/runtime/runtime.hpp"

namespace postern::gateway {

/// Any core.
class Locator {
public:
    Locator(Runtime& runtime, const Settings& settings, mail::MailService& mail)
        : runtime_(runtime), settings_(settings), mail_(mail) {}

    /// Without a question where the settings name the server. permanent: there is none, or none that may be believed.
    Task<Outcome<RemoteServer>> locate(const Provider* provider);

private:
    struct Found {
        Outcome<RemoteServer> server = Fault();
        UnixTime until = 0;
    };
    Result<RemoteServer> look_up(const Provider& provider) const;

    Runtime& runtime_;
    const Settings& settings_;
    mail::MailService& mail_;
    std::mutex guard_;
    std::map<std::string, Found> found_;  ///< by domain
};

}  // namespace postern::gateway
