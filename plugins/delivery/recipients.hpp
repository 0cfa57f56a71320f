#pragma once
// From addresses to accounts.
#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "delivery/settings.hpp"
#include "postern/mail/delivery.hpp"

namespace postern::delivery {

/// A name an account could have, and what then is the detail.
struct Candidate {
    std::string login;
    std::string detail;
    bool operator==(const Candidate&) const = default;
};

/// Those of an address, in the order in which they are asked for: the whole address before the local part alone, an exact name
/// before one with a detail, as written before lower case. Empty: the address cannot be ours.
std::vector<Candidate> candidates(const std::string& address, const Settings& settings);

/// Accounts by login that were found lately. Any thread.
class KnownAccounts {
public:
    using Clock = std::chrono::steady_clock;
    explicit KnownAccounts(std::chrono::seconds remember) : remember_(remember) {}
    std::optional<AccountId> find(const std::string& login, Clock::time_point now);
    void add(const std::string& login, AccountId account, Clock::time_point now);
    void forget(const std::string& login);

private:
    struct Known {
        AccountId account{};
        Clock::time_point until;
    };
    std::chrono::seconds remember_;
    std::mutex mutex_;
    std::unordered_map<std::string, Known> known_;
};

class Recipients {
public:
    Recipients(const Settings& settings, mail::MailService& mail)
        : settings_(settings), mail_(mail), known_(settings.remember) {}
    /// not_found, temporary.
    Task<Result<mail::ResolvedRecipient>> find(mail::EnvelopeRecipient recipient);
    /// The account is gone.
    void forget(const std::string& login) { known_.forget(login); }

private:
    const Settings& settings_;
    mail::MailService& mail_;
    KnownAccounts known_;
};

}  // namespace postern::delivery
