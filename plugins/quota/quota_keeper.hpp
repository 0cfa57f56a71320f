#pragma once
#include "postern/mail/quota.hpp"

namespace postern::mail {

/// Octets of a number of units of 1,024, as many as fit.
std::uint64_t octets_of_units(std::uint64_t units);

/// Limits of accounts: those of the settings, or the account's own.
class QuotaKeeper final : public QuotaService {
public:
    void set_defaults(const QuotaLimits& limits) { defaults_ = limits; }

    QuotaLimits limits(const Account& account) const override;
    Task<Result<std::uint64_t>> usage(std::shared_ptr<Account> account, QuotaResource resource) override;
    Task<Result<void>> set_limits(std::shared_ptr<Account> account, QuotaLimits limits, Cause cause) override;

private:
    QuotaLimits defaults_;
};

}  // namespace postern::mail
