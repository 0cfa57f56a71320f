#pragma once
// The facts a script sees when mail is delivered.
#include "account_environment.hpp"
#include "postern/mail/delivery.hpp"

namespace postern::sieve {

/// Lives during one run.
class DeliveryEnvironment final : public AccountEnvironment {
public:
    DeliveryEnvironment(const mail::FilterRequest& request, UnixTime now)
        : AccountEnvironment(*request.account, now), request_(request) {}

    std::optional<std::string> item(std::string_view name) const override;
    std::string owner() const override;

private:
    const mail::FilterRequest& request_;
};

}  // namespace postern::sieve
