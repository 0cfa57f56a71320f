#include "compress_command.hpp"

#include "deflate_stream.hpp"

namespace postern::imap {

namespace {

Task<Result<void>> start_compression(Session* session, void* /*argument*/) {
    session->connection().push_layer(DeflateStream::make, nullptr);
    co_return Result<void>();
}

Task<Result<void>> end_compression(Session* session, void* /*argument*/) {
    session->connection().push_layer(DeflateStream::remove, nullptr);
    co_return Result<void>();
}

}  // namespace

Task<CommandResult> CompressCommand::run(CommandContext* context) {
    if (auto space = context->args.space(); !space) co_return CommandResult::failed(space.error());
    const auto mechanism = context->args.keyword();
    if (!mechanism) co_return CommandResult::failed(mechanism.error());
    if (auto end = context->args.end(); !end) co_return CommandResult::failed(end.error());
    if (*mechanism != "DEFLATE") co_return CommandResult::bad("The only mechanism is DEFLATE");
    Session& session = context->session;
    if (session.is_on(mode_)) co_return CommandResult::bad("DEFLATE is active", "COMPRESSIONACTIVE");
    // "The client MUST NOT send any further commands until it has seen the result": which of them would be compressed?
    if (session.has_input()) co_return CommandResult::bad("Wait for the result before you send more");
    session.turn_on(mode_);
    context->after_reply = start_compression;
    co_return CommandResult::ok("DEFLATE active");
}

void CompressHook::after(CommandContext& context, CommandResult& /*result*/) {
    if (context.session.state() != State::not_authenticated) return;
    const Stream& top = context.session.connection().stream();
    if (dynamic_cast<const DeflateStream*>(&top) != nullptr) context.after_reply = end_compression;
}

void CompressCapability::contribute(const Session& session, CapabilityList& list) const {
    if (session.state() == State::not_authenticated || session.is_on(mode_)) return;
    list.add("COMPRESS=DEFLATE");
}

}  // namespace postern::imap
