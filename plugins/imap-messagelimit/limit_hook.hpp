#pragma once
#include <functional>

#include "limits.hpp"
#include "postern/imap/ext/command_handler.hpp"
#include "postern/imap/ext/fetch_item.hpp"

namespace postern::imap {

/// Commands work on so many messages and no more, from the highest UID downwards (RFC 9738 section 3):
///
///     C: f1 UID STORE 1:9000 +FLAGS.SILENT (\Seen)
///     S: f1 OK [MESSAGELIMIT 2000 7001] STORE completed
///
/// What is all or nothing, and what cannot be had in parts, is refused instead. A FETCH counts the messages it is going to
/// answer for: those that its modifiers have left.
class LimitHook final : public CommandHook {
public:
    void set_limits(MessageLimits limits) { limits_ = limits; }
    void set_items(const Lookup& lookup);

    Result<void> before(CommandContext& context) override;
    Result<void> working_on(Session& session, std::vector<mail::Slot>& slots) override;
    void after(CommandContext& context, CommandResult& result) override;

private:
    /// A page of more messages than the limit (section 3.3): refused before any work.
    Result<void> check_page(CommandContext& context) const;

    MessageLimits limits_;
    std::vector<Lookup::Named<FetchItemHandler>> items_;
};

/// The same for APPEND with several messages (RFC 3502): nothing is stored.
class SaveLimit final : public mail::StoreGuard {
public:
    void set_limits(MessageLimits limits) { limits_ = limits; }
    int order() const override { return 30; }
    Result<void> check(const mail::GuardedOperation& operation) override;

private:
    MessageLimits limits_;
};

}  // namespace postern::imap
