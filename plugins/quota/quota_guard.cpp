#include "quota_guard.hpp"

namespace postern::mail {

namespace {

/// What an operation makes of one resource.
struct Growth {
    std::uint64_t before = 0;
    std::uint64_t added = 0;
    std::uint64_t limit = 0;

    bool exceeds(std::uint64_t most) const { return added > 0 && (added > most || before > most - added); }
};

Growth growth_of(const GuardedOperation& operation, QuotaResource resource, std::uint64_t limit) {
    const Account& account = *operation.account;
    switch (resource) {
        case QuotaResource::storage:
            return {account.used_bytes() + operation.pending_bytes, operation.bytes, octets_of_units(limit)};
        case QuotaResource::message:
            return {account.used_count() + operation.pending_messages, operation.added_messages, limit};
        case QuotaResource::mailbox:
            return {account.mailboxes().size(), operation.added_mailboxes, limit};
        case QuotaResource::annotation_storage:
            break;
    }
    const std::uint64_t before = operation.attribute_bytes_before;
    const std::uint64_t after = std::max(before, operation.attribute_bytes);
    return {before, after - before, octets_of_units(limit)};
}

template <class Question>
bool any_resource(const QuotaLimits& limits, const GuardedOperation& operation, Question question) {
    for (std::size_t i = 0; i < quota_resources; ++i) {
        const auto resource = static_cast<QuotaResource>(i);
        if (limits[resource] && question(growth_of(operation, resource, *limits[resource]), resource))
            return true;
    }
    return false;
}

}  // namespace

Result<void> QuotaGuard::check(const GuardedOperation& operation) {
    const QuotaLimits limits = keeper_.limits(*operation.account);
    if (!limits.any()) return {};
    std::string exceeded;
    any_resource(limits, operation, [&](const Growth& growth, QuotaResource resource) {
        if (!growth.exceeds(growth.limit)) return false;
        exceeded = to_string(resource);
        return true;
    });
    if (exceeded.empty()) return {};
    return Error(Errc::over_quota, "The limit of " + exceeded + " would be exceeded");
}

bool QuotaGuard::depends_on_state(const GuardedOperation& operation) {
    const QuotaLimits limits = keeper_.limits(*operation.account);
    return any_resource(limits, operation, [](const Growth& growth, QuotaResource) {
        return growth.exceeds(growth.limit - growth.limit / 8);
    });
}

bool QuotaGuard::counts_attributes(const Account& account) {
    return keeper_.limits(account)[QuotaResource::annotation_storage].has_value();
}

}  // namespace postern::mail
