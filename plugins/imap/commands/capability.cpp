// CAPABILITY (RFC 3501 section 6.1.1).
#include "commands/commands.hpp"
#include "postern/imap/ext/engine.hpp"

namespace postern::imap {

namespace {

class CapabilityCommand final : public CommandHandler {
public:
    CommandTraits traits() const override { return {in_any_state, false, Updates::all}; }

    Task<CommandResult> run(CommandContext* context) override {
        auto end = context->args.end();
        if (!end) co_return CommandResult::failed(end.error());
        Session& session = context->session;
        ResponseWriter out = session.writer();
        out.untagged().atom("CAPABILITY");
        const CapabilityList list = session.engine().capabilities(session);
        for (const std::string& token : list.tokens()) out.atom(token);
        out.end_line();
        co_return CommandResult::ok("CAPABILITY completed");
    }
};

}  // namespace

std::unique_ptr<CommandHandler> make_capability() {
    return std::make_unique<CapabilityCommand>();
}

}  // namespace postern::imap
