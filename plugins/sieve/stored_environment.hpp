#pragma once
// The facts a script sees of a message that is in a mailbox already.
#include "account_environment.hpp"
#include "postern/sieve/stored_mail.hpp"

namespace postern::sieve {

/// Lives during one call of StoredMail; message by message.
class StoredEnvironment final : public AccountEnvironment {
public:
    /// `domain` completes logins that are no addresses. Both outlive it.
    StoredEnvironment(const StoredRequest& request, const std::string& domain, UnixTime now)
        : AccountEnvironment(*request.account, now), request_(request), domain_(domain) {}

    void look_at(const std::vector<std::string>* changed_flags, std::vector<std::string> flags,
                 std::string mailbox) {
        changed_flags_ = changed_flags;
        flags_ = std::move(flags);
        mailbox_ = std::move(mailbox);
    }

    std::optional<std::string> item(std::string_view name) const override;
    std::string owner() const override { return address_of(request_.account->login()); }
    bool is_stored() const override { return true; }
    std::vector<std::string> flags() const override { return flags_; }

private:
    std::string address_of(const std::string& login) const;

    const StoredRequest& request_;
    const std::string& domain_;
    const std::vector<std::string>* changed_flags_ = nullptr;
    std::vector<std::string> flags_;
    std::string mailbox_;
};

}  // namespace postern::sieve
