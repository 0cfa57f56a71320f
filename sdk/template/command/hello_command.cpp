#include "hello_command.hpp"

namespace example {

using namespace postern;

Task<imap::CommandResult> HelloCommand::run(imap::CommandContext* context) {
    imap::ArgumentCursor& args = context->args;
    if (auto space = args.space(); !space) co_return imap::CommandResult::failed(space.error());
    auto name = args.astring();
    if (!name) co_return imap::CommandResult::failed(name.error());
    if (auto end = args.end(); !end) co_return imap::CommandResult::failed(end.error());

    std::string text = greeting_;
    text.append(", ").append(*name);
    imap::ResponseWriter out = context->session.writer();
    out.untagged().atom("XHELLO").string(text).end_line();
    co_return imap::CommandResult::ok("XHELLO completed");
}

}  // namespace example
