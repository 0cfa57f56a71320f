#pragma once
// Where an account's source stands, for its user: IMAP METADATA shows it below /private/vendor/postern/source.
#include <optional>

#include "gateway/engine.hpp"
#include "postern/mail/account_state.hpp"

namespace postern::gateway {

/// Numbers of receipts that a user may want to know.
struct ReceiptCounts {
    std::size_t waiting_deletions = 0;
    std::size_t missing = 0;
    std::size_t not_fetched = 0;
};
ReceiptCounts count_receipts(std::span<const store::Receipt> receipts);

/// "last-poll", "next-poll", "lag" (seconds since a poll that worked), "error", "held", "login-delay", ... and values. Pure.
std::vector<std::pair<std::string, std::string>> describe_source(const Source& source, ReceiptCounts counts,
                                                                 UnixTime now);

class SourceAccountState final : public mail::AccountState {
public:
    /// Nothing is known before this.
    void open(Engine& engine) { engine_ = &engine; }

    std::string_view prefix() const override { return "/private/vendor/postern/source"; }
    Task<Result<std::vector<std::pair<std::string, std::string>>>> read(mail::Account* account) override;

private:
    Engine* engine_ = nullptr;
};

}  // namespace postern::gateway
