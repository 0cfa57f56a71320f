#include "delivery/recipients.hpp"

#include <algorithm>

#include "postern/smtp/address.hpp"

namespace postern::delivery {

namespace {

/// Beyond that, everything is forgotten: a bound on memory, not a policy.
constexpr std::size_t max_known = 100'000;

std::string lower(std::string text) {
    for (char& c : text) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
    }
    return text;
}

struct User {
    std::string name;
    std::string detail;
};

/// The local part as a name, and as name and detail.
std::vector<User> users_of(const std::string& local, const std::string& separator) {
    std::vector<User> users{{local, {}}};
    const auto at = separator.empty() ? std::string::npos : local.find(separator);
    if (at != std::string::npos && at > 0)
        users.push_back({local.substr(0, at), local.substr(at + separator.size())});
    return users;
}

void add(std::vector<Candidate>& all, Candidate candidate) {
    if (std::ranges::find(all, candidate.login, &Candidate::login) == all.end())
        all.push_back(std::move(candidate));
}

}  // namespace

std::vector<Candidate> candidates(const std::string& address, const Settings& settings) {
    const auto parts = smtp::split_address(address);
    if (!parts) return {};
    const bool ours = parts->domain.empty() || settings.domains.empty() ||
                      std::ranges::find(settings.domains, parts->domain) != settings.domains.end();
    if (!ours) return {};
    std::vector<Candidate> all;
    for (const std::string& domain : {parts->domain, std::string()}) {
        const std::string suffix = domain.empty() ? std::string() : '@' + domain;
        for (const User& user : users_of(parts->local, settings.separator)) {
            add(all, {user.name + suffix, user.detail});
            add(all, {lower(user.name) + suffix, user.detail});
        }
    }
    return all;
}

std::optional<AccountId> KnownAccounts::find(const std::string& login, Clock::time_point now) {
    const std::lock_guard lock(mutex_);
    const auto found = known_.find(login);
    if (found == known_.end() || found->second.until < now) return std::nullopt;
    return found->second.account;
}

void KnownAccounts::add(const std::string& login, AccountId account, Clock::time_point now) {
    const std::lock_guard lock(mutex_);
    if (known_.size() >= max_known) known_.clear();
    known_[login] = {account, now + remember_};
}

void KnownAccounts::forget(const std::string& login) {
    const std::lock_guard lock(mutex_);
    known_.erase(login);
}

Task<Result<mail::ResolvedRecipient>> Recipients::find(mail::EnvelopeRecipient recipient) {
    const std::vector<Candidate> all = candidates(recipient.address, settings_);
    mail::ResolvedRecipient resolved;
    resolved.envelope = std::move(recipient);
    for (const Candidate& candidate : all) {
        std::optional<AccountId> account = known_.find(candidate.login, KnownAccounts::Clock::now());
        if (!account) {
            auto row = co_await mail_.find_account(candidate.login);
            if (!row && row.error().code == Errc::not_found) continue;
            if (!row) co_return row.error();
            account = row->id;
            known_.add(candidate.login, row->id, KnownAccounts::Clock::now());
        }
        resolved.account = *account;
        resolved.login = candidate.login;
        resolved.detail = candidate.detail;
        co_return resolved;
    }
    co_return Error(Errc::not_found, "nobody here has this address");
}

}  // namespace postern::delivery
