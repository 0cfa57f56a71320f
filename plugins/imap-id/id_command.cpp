#include "id_command.hpp"

namespace postern::imap {

namespace {

// Section 3.3: at most 30 pairs, names of at most 30 octets, values of at most 1024.
constexpr std::size_t max_pairs = 30;
constexpr std::size_t max_name = 30;
constexpr std::size_t max_value = 1024;

Result<void> read_pair(ArgumentCursor& args, std::string& log_line) {
    auto name = args.string();
    if (!name) return name.error();
    if (name->size() > max_name) return args.error("field name longer than 30 octets");
    if (auto space = args.space(); !space) return space.error();
    auto value = args.nstring();
    if (!value) return value.error();
    if (*value && (*value)->size() > max_value) return args.error("value longer than 1024 octets");
    if (*value) {
        if (!log_line.empty()) log_line += "; ";
        log_line.append(*name).append("=").append(**value);
    }
    return {};
}

/// What the client says of itself, as one line for the log; "" for NIL.
Result<std::string> read_fields(ArgumentCursor& args) {
    std::string log_line;
    if (auto space = args.space(); !space) return space.error();
    if (args.match_keyword("NIL")) return log_line;
    if (auto open = args.expect('('); !open) return open.error();
    if (args.skip(')')) return log_line;
    for (std::size_t pairs = 1;; ++pairs) {
        if (pairs > max_pairs) return args.error("more than 30 fields");
        if (auto pair = read_pair(args, log_line); !pair) return pair.error();
        auto done = args.list_end();
        if (!done) return done.error();
        if (*done) return log_line;
    }
}

}  // namespace

Task<CommandResult> IdCommand::run(CommandContext* context) {
    auto client = read_fields(context->args);
    if (!client) co_return CommandResult::failed(client.error());
    if (auto end = context->args.end(); !end) co_return CommandResult::failed(end.error());
    if (!client->empty()) context->session.log().info("client", {{"id", *client}});
    answer(context->session.writer());
    co_return CommandResult::ok("ID completed");
}

void IdCommand::answer(ResponseWriter out) const {
    out.untagged().atom("ID").open().string("name").string("Postern");
    if (reveal_version_) out.string("version").string(POSTERN_VERSION);
    out.close().end_line();
}

}  // namespace postern::imap
