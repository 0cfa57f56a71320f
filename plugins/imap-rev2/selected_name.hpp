#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "postern/imap/ext/command_handler.hpp"
#include "postern/imap/ext/list_option.hpp"
#include "postern/imap/ext/listener_extensions.hpp"
#include "postern/imap/ext/operation.hpp"
#include "rev2_mode.hpp"

namespace postern::imap {

/// SELECT and EXAMINE answer with a LIST response (RFC 9051 section 6.3.2): the mailbox under its proper name, and the name
/// the client gave where that differs, which is so for "inbox" alone: other names are taken as they are, or refused.
class SelectedName final : public CommandHook {
public:
    explicit SelectedName(const Rev2Mode& mode) : mode_(mode) {}
    void set_attributes(std::vector<MailboxAttributes*> owners) { owners_ = std::move(owners); }

    /// Keeps the name as it was given.
    Result<void> before(CommandContext& context) override;
    void after(CommandContext& context, CommandResult& result) override;

private:
    void write(Session& session, const std::string& given) const;

    const Rev2Mode& mode_;
    std::vector<MailboxAttributes*> owners_;
};

/// Tells that SELECT gave up the mailbox that was selected (section 7.1, CLOSED), unless another extension does.
class ClosedCode final : public ResponseCodes {
public:
    explicit ClosedCode(const Rev2Mode& mode) : mode_(mode) {}
    /// This plugin tells it wherever it is there.
    void leave_to(std::string_view plugin, const ListenerExtensions& extensions) {
        other_ = plugin;
        extensions_ = &extensions;
    }
    void untagged(Session& session, const Operation& operation, ResponseWriter& out) override;

private:
    const Rev2Mode& mode_;
    std::string other_;
    const ListenerExtensions* extensions_ = nullptr;
};

}  // namespace postern::imap
