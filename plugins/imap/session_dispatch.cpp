// From commands to tagged responses.
#include <exception>

#include "server.hpp"
#include "session.hpp"

namespace postern::imap {

namespace {

/// Larger commands stay in the buffer they were read into.
constexpr std::size_t copied_command = 64 * 1024;

std::string_view condition_text(CommandResult::Condition condition) {
    switch (condition) {
        case CommandResult::Condition::ok:
            return "OK";
        case CommandResult::Condition::no:
            return "NO";
        case CommandResult::Condition::bad:
            break;
    }
    return "BAD";
}

}  // namespace

ServerSession::Route ServerSession::route(ArgumentCursor& args) const {
    const auto& commands = registries().commands;
    Route way;
    auto word = args.atom();
    if (!word) {
        way.problem = word.error().text;
        return way;
    }
    way.name = to_upper(*word);
    if (way.name != "UID") {
        way.handler = commands.find(way.name);
        if (way.handler == nullptr) way.problem = "Unknown command";
        return way;
    }
    way.uid = true;
    auto second =
        args.skip_space() ? args.atom() : Result<std::string_view>(Error(Errc::protocol_violation, {}));
    if (!second) {
        way.problem = "UID needs a command";
        return way;
    }
    way.name = to_upper(*second);
    way.handler = commands.find("UID " + way.name);
    if (way.handler != nullptr) return way;
    way.handler = commands.find(way.name);
    if (way.handler != nullptr && !way.handler->traits().uid_form) way.handler = nullptr;
    if (way.handler == nullptr) way.problem = "Unknown UID command";
    return way;
}

std::optional<CommandResult> ServerSession::refuse(const Route& way) const {
    if (way.handler == nullptr) return CommandResult::bad(way.problem);
    const CommandTraits traits = way.handler->traits();
    if ((traits.states & in(state_)) == 0) {
        if (state_ == State::not_authenticated) return CommandResult::bad("Sign in first");
        if (traits.states == in_selected) return CommandResult::bad("Select a mailbox first");
        return CommandResult::bad("Not allowed now");
    }
    if (traits.uid_form && !way.uid) {
        auto permitted = permit(ArgumentKind::message_number);
        if (!permitted) return CommandResult::failed(permitted.error());
    }
    return std::nullopt;
}

std::optional<CommandResult> ServerSession::ask_hooks(CommandContext& context) const {
    for (CommandHook* hook : registries().hooks.all()) {
        auto permitted = hook->before(context);
        if (!permitted) return CommandResult::failed(permitted.error());
    }
    return std::nullopt;
}

Task<Result<void>> ServerSession::prepare(CommandContext* context) {
    for (CommandHook* hook : registries().hooks.all()) {
        if (!hook->prepares(*context)) continue;
        auto prepared = co_await hook->prepare(context);
        if (!prepared) co_return prepared.error();
    }
    co_return Result<void>();
}

Result<void> ServerSession::working_on(std::vector<mail::Slot>& slots) {
    for (CommandHook* hook : registries().hooks.all()) {
        auto permitted = hook->working_on(*this, slots);
        if (!permitted) return permitted;
    }
    return {};
}

Task<Result<void>> ServerSession::execute(Command command) {
    const bool copied = command.text.size() <= copied_command;
    const StoredCommand stored = copied ? StoredCommand(command) : StoredCommand();
    if (copied) command = stored.view();
    channel_.keep_consumed(!copied);
    channel_.expect_bulk(false);
    const std::vector<std::shared_ptr<std::string>> streamed = std::move(streamed_);
    streamed_.clear();

    ArgumentCursor args(command, features_.lexical);
    CommandContext context(*this, args);
    context.tag = command.tag;
    context.streamed = streamed;
    const Route way = route(args);
    context.name = way.name;
    context.uid = way.uid;
    CommandResult result;
    auto refusal = refuse(way);
    if (!refusal) refusal = ask_hooks(context);
    if (!refusal) {
        auto prepared = co_await prepare(&context);
        if (!prepared) refusal = CommandResult::failed(prepared.error());
    }
    if (refusal) {
        result = std::move(*refusal);
    } else {
        context.updates = way.handler->traits().updates;
        by_uid_ = way.uid;
        result = co_await run_handler(way.handler, &context);
    }
    auto done = co_await complete(&context, std::move(result));
    by_uid_ = false;
    channel_.keep_consumed(false);
    co_return done;
}

Task<CommandResult> ServerSession::run_handler(CommandHandler* handler, CommandContext* context) {
    std::string defect;
    try {
        auto result = co_await handler->run(context);
        co_return result;
    } catch (const std::exception& e) {
        defect = e.what();
    }
    log().error("an IMAP command failed", {{"command", context->name}, {"error", defect}, {"session", id_}});
    co_return CommandResult::failed(Errc::internal);
}

Task<Result<void>> ServerSession::complete(CommandContext* context, CommandResult result) {
    if (aborted_) co_return Error(Errc::cancelled, "a response could not be finished");
    for (CommandHook* hook : registries().hooks.all()) hook->after(*context, result);
    reader_.features() = features_.lexical;
    if (pending_) {
        pending_->tag = context->tag;
        co_return Result<void>();
    }
    if (account_ && context->updates != Updates::none) {
        const bool numbers_stay = context->updates == Updates::numbers_stay ||
                                  (context->updates == Updates::numbers_stay_by_msn && !context->uid);
        auto told = co_await announce(numbers_stay);
        if (!told) co_return told.error();
        for (Announcer* announcer : registries().announcers.all()) {
            if (!selected_ || !announcer->follows(*this)) continue;
            auto answered = co_await announcer->answering(this);
            if (!answered) co_return answered.error();
        }
    }
    writer().status(context->tag, condition_text(result.condition), result.code, result.text);
    if (result.condition == CommandResult::Condition::bad) {
        count_bad();
    } else {
        bad_ = 0;
    }
    if (context->after_reply != nullptr) {
        auto sent = co_await flush();
        if (!sent) co_return sent.error();
        auto done = co_await context->after_reply(this, context->after_reply_argument);
        co_return done;
    }
    if (!ending_ && !output().full()) co_return Result<void>();
    auto sent = co_await flush();
    co_return sent;
}

}  // namespace postern::imap
