// COPY (RFC 3501 section 6.4.7).
#include "commands/commands.hpp"
#include "postern/imap/ext/engine.hpp"

namespace postern::imap {

namespace {

class CopyCommand final : public CommandHandler {
public:
    CommandTraits traits() const override { return {in_selected, true, Updates::all}; }

    Task<CommandResult> run(CommandContext* context) override {
        auto result = co_await context->session.engine().transfer(context, false);
        co_return result;
    }
};

}  // namespace

std::unique_ptr<CommandHandler> make_copy() {
    return std::make_unique<CopyCommand>();
}

}  // namespace postern::imap
