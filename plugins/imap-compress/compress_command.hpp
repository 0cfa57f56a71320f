#pragma once
#include "postern/imap/ext/capability.hpp"
#include "postern/imap/ext/command_handler.hpp"
#include "postern/imap/ext/mode.hpp"

namespace postern::imap {

/// On while the connection is compressed.
class CompressMode final : public SessionMode {};

/// COMPRESS DEFLATE
class CompressCommand final : public CommandHandler {
public:
    explicit CompressCommand(CompressMode& mode) : mode_(mode) {}
    CommandTraits traits() const override { return {}; }
    Task<CommandResult> run(CommandContext* context) override;

private:
    CompressMode& mode_;
};

/// Takes the layer away after the reply to a command that has ended the session of its user (RFC 8437 section 4.1).
class CompressHook final : public CommandHook {
public:
    void after(CommandContext& context, CommandResult& result) override;
};

/// Not announced while compression is on.
class CompressCapability final : public Capability {
public:
    explicit CompressCapability(CompressMode& mode) : mode_(mode) {}
    void contribute(const Session& session, CapabilityList& list) const override;

private:
    CompressMode& mode_;
};

}  // namespace postern::imap
