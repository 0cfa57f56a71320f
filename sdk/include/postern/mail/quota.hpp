#pragma once
// Limits of an account (RFC 9208): kept by the plugin `quota`, whose guard every store operation passes.
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "postern/export.hpp"
#include "postern/mail/account.hpp"
#include "postern/plugin/registry.hpp"
#include "postern/result.hpp"
#include "postern/runtime/runtime.hpp"

namespace postern::mail {

/// What can be limited. Storage and annotations count in units of 1,024 octets.
enum class QuotaResource : std::uint8_t { storage, message, mailbox, annotation_storage };
constexpr std::size_t quota_resources = 4;

/// As protocols and the settings name them: "STORAGE".
POSTERN_SDK std::string_view to_string(QuotaResource resource);
/// In any case; nothing for other names.
POSTERN_SDK std::optional<QuotaResource> quota_resource(std::string_view name);

/// Limits by resource; not set: no limit. At most 2^63 - 1.
struct POSTERN_SDK QuotaLimits {
    std::array<std::optional<std::uint64_t>, quota_resources> values;

    std::optional<std::uint64_t>& operator[](QuotaResource r) { return values[static_cast<std::size_t>(r)]; }
    const std::optional<std::uint64_t>& operator[](QuotaResource r) const {
        return values[static_cast<std::size_t>(r)];
    }
    bool any() const;
    bool operator==(const QuotaLimits&) const = default;

    /// "STORAGE 1048576 MESSAGE 1000": as the account's attribute holds them.
    std::string to_text() const;
    /// Errc::invalid if it is not such a text.
    static Result<QuotaLimits> from_text(std::string_view text);
};

/// The resident attribute of an account that holds limits of its own instead of the general ones.
constexpr std::string_view quota_entry = ".quota";

/// Provided by the plugin `quota`.
class POSTERN_SDK QuotaService {
public:
    static constexpr InterfaceId interface_id{"postern.mail.quota", 1, 0};
    virtual ~QuotaService();
    /// Those in force now.
    virtual QuotaLimits limits(const Account& account) const = 0;
    /// How much is used, in the units of the limit. Only annotations need a store call.
    virtual Task<Result<std::uint64_t>> usage(std::shared_ptr<Account> account, QuotaResource resource) = 0;
    virtual Task<Result<void>> set_limits(std::shared_ptr<Account> account, QuotaLimits limits,
                                          Cause cause) = 0;
};

}  // namespace postern::mail
