#pragma once
#include "postern/imap/ext/command_handler.hpp"
#include "quota_roots.hpp"

namespace postern::imap {

/// GETQUOTA root (RFC 9208 section 4.1.1).
class GetQuotaCommand final : public CommandHandler {
public:
    explicit GetQuotaCommand(const QuotaRoots& roots) : roots_(roots) {}
    CommandTraits traits() const override { return {.states = in_authenticated}; }
    Task<CommandResult> run(CommandContext* context) override;

private:
    const QuotaRoots& roots_;
};

/// GETQUOTAROOT mailbox (section 4.1.2). The mailbox need not exist.
class GetQuotaRootCommand final : public CommandHandler {
public:
    explicit GetQuotaRootCommand(const QuotaRoots& roots) : roots_(roots) {}
    CommandTraits traits() const override { return {.states = in_authenticated}; }
    Task<CommandResult> run(CommandContext* context) override;

private:
    const QuotaRoots& roots_;
};

/// SETQUOTA root (STORAGE 512) (section 4.1.3): administrators only. What is not listed is not limited any more.
class SetQuotaCommand final : public CommandHandler {
public:
    explicit SetQuotaCommand(const QuotaRoots& roots) : roots_(roots) {}
    CommandTraits traits() const override { return {.states = in_authenticated}; }
    Task<CommandResult> run(CommandContext* context) override;

private:
    const QuotaRoots& roots_;
};

}  // namespace postern::imap
