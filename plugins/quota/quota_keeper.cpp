#include "quota_keeper.hpp"

#include <limits>

namespace postern::mail {

namespace {

constexpr std::uint64_t unit = 1024;

std::uint64_t units_of(std::uint64_t octets) {
    return octets / unit + (octets % unit != 0 ? 1 : 0);
}

}  // namespace

std::uint64_t octets_of_units(std::uint64_t units) {
    constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
    return units > most / unit ? most : units * unit;
}

QuotaLimits QuotaKeeper::limits(const Account& account) const {
    const std::string* own = account.find_attribute(MailboxId{}, quota_entry);
    if (own == nullptr) return defaults_;
    auto limits = QuotaLimits::from_text(*own);
    return limits ? *limits : defaults_;
}

Task<Result<std::uint64_t>> QuotaKeeper::usage(std::shared_ptr<Account> account, QuotaResource resource) {
    switch (resource) {
        case QuotaResource::storage:
            co_return units_of(account->used_bytes());
        case QuotaResource::message:
            co_return account->used_count();
        case QuotaResource::mailbox:
            co_return account->mailboxes().size();
        case QuotaResource::annotation_storage:
            break;
    }
    std::string every_entry = "/";
    auto stored = co_await account->read_attributes(std::nullopt, std::move(every_entry));
    if (!stored) co_return stored.error();
    std::uint64_t octets = 0;
    for (const auto& attribute : *stored) octets += attribute.entry.size() + attribute.value.size();
    co_return units_of(octets);
}

Task<Result<void>> QuotaKeeper::set_limits(std::shared_ptr<Account> account, QuotaLimits limits,
                                           Cause cause) {
    std::vector<store::AttributeWrite> writes(1);
    writes[0].attribute.entry = quota_entry;
    writes[0].attribute.value = limits.to_text();
    auto written = co_await account->write_attributes(std::move(writes), std::move(cause));
    co_return written;
}

}  // namespace postern::mail
