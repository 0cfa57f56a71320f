#pragma once
// A line to an account's smart host, step by step: for submission, which hands back each of its answers.
#include <memory>
#include <string>

#include "postern/export.hpp"
#include "postern/mail/envelope.hpp"
#include "postern/plugin/registry.hpp"
#include "postern/result.hpp"
#include "postern/runtime/runtime.hpp"
#include "postern/smtp/reply.hpp"
#include "postern/store/ids.hpp"

namespace postern::mail {

/// Signed in. Same core always; an error means that the line is lost.
class POSTERN_SDK RelayLine {
public:
    virtual ~RelayLine();
    /// MAIL. Of `mail` everything but recipients and content counts; `octets` is the size if it is known, else 0.
    virtual Task<Result<smtp::Reply>> sender(OutgoingMail mail, std::uint64_t octets) = 0;
    virtual Task<Result<smtp::Reply>> recipient(EnvelopeRecipient recipient) = 0;
    /// The reply after the content.
    virtual Task<Result<smtp::Reply>> content(std::shared_ptr<const std::string> content) = 0;
    /// Says goodbye. A line that is destroyed without it is dropped, and a message under way with it.
    virtual Task<void> close() = 0;
};

/// Provided by the plugin `relay`.
class POSTERN_SDK RelayLines {
public:
    static constexpr InterfaceId interface_id{"postern.mail.relay_line", 1, 0};
    virtual ~RelayLines();
    /// True if this account has a smart host.
    virtual bool has_host(const std::string& login) const = 0;
    /// Errors as MailRelay::send(). On the caller's core.
    virtual Task<Result<std::unique_ptr<RelayLine>>> open(AccountId account, std::string login) = 0;
};

}  // namespace postern::mail
