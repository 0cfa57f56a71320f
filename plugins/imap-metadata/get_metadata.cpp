#include "get_metadata.hpp"

#include <limits>

#include "postern/imap/metadata_entry.hpp"

namespace postern::imap {

namespace {

constexpr std::size_t max_names = 100;
constexpr std::size_t any_depth = std::numeric_limits<std::size_t>::max();

struct Request {
    std::string mailbox;
    std::vector<std::string> entries;
    std::optional<std::uint32_t> max_size;
    std::size_t depth = 0;  ///< levels below each entry
};

/// "MAXSIZE 1024", "DEPTH infinity"
Result<void> parse_option(ArgumentCursor& in, Request& request) {
    auto name = in.keyword();
    if (!name) return name.error();
    auto space = in.space();
    if (!space) return space;
    if (*name == "MAXSIZE") {
        auto size = in.number();
        if (!size) return size.error();
        request.max_size = *size;
        return {};
    }
    if (*name != "DEPTH") return Error(Errc::protocol_violation, "Unknown option " + *name);
    auto depth = in.keyword();
    if (!depth) return depth.error();
    if (*depth != "0" && *depth != "1" && *depth != "INFINITY")
        return Error(Errc::protocol_violation, "DEPTH is 0, 1 or infinity");
    request.depth = *depth == "INFINITY" ? any_depth : *depth == "1" ? 1 : 0;
    return {};
}

/// "(" and then no entry: entries begin with "/", and a name of an option never does.
bool at_options(ArgumentCursor& in) {
    const std::string_view rest = in.rest();
    return rest.size() > 1 && rest[0] == '(' && is_atom_char(rest[1]) && rest[1] != '/';
}

Result<void> parse_options(ArgumentCursor& in, Request& request) {
    auto open = in.expect('(');
    if (!open) return open;
    for (bool more = true; more;) {
        auto option = parse_option(in, request);
        if (!option) return option;
        auto end = in.list_end();
        if (!end) return end.error();
        more = !*end;
    }
    return in.space();
}

/// The options come before the mailbox in the grammar and after it in the examples: both are taken.
Result<Request> parse(ArgumentCursor& in) {
    Request request;
    auto space = in.space();
    if (!space) return space.error();
    if (at_options(in)) {
        auto options = parse_options(in, request);
        if (!options) return options.error();
    }
    auto name = in.mailbox();
    if (!name) return name.error();
    request.mailbox = std::move(*name);
    auto second = in.space();
    if (!second) return second.error();
    if (at_options(in)) {
        auto options = parse_options(in, request);
        if (!options) return options.error();
    }
    auto entries = parse_metadata_entries(in, max_names);
    if (!entries) return entries.error();
    request.entries = std::move(*entries);
    auto end = in.end();
    if (!end) return end.error();
    return request;
}

/// How many levels `entry` lies below `top`; nothing if it does not.
std::optional<std::size_t> levels_below(std::string_view entry, std::string_view top) {
    if (!entry.starts_with(top)) return std::nullopt;
    const std::string_view rest = entry.substr(top.size());
    if (!rest.empty() && rest.front() != '/') return std::nullopt;
    return static_cast<std::size_t>(std::ranges::count(rest, '/'));
}

bool wanted(const Request& request, std::string_view entry) {
    return std::ranges::any_of(request.entries, [&](const std::string& top) {
        const auto levels = levels_below(entry, top);
        return levels && *levels <= request.depth;
    });
}

/// Values by entry; nothing where a named entry has none.
using Values = std::map<std::string, std::optional<std::string>>;

Task<Result<Values>> load(Session* session, const Request* request, const AnnotationTarget* target,
                          const MetadataSettings* settings) {
    Values values;
    // With a depth an entry that does not exist is left out: what lies below it counts.
    if (request->depth == 0) {
        for (const std::string& entry : request->entries) values[entry] = std::nullopt;
    }
    const MailboxId mailbox = target->mailbox;
    std::string prefix = common_prefix(request->entries);
    auto stored = co_await session->account()->read_attributes(mailbox, std::move(prefix));
    if (!stored) co_return stored.error();
    for (store::Attribute& attribute : *stored) {
        if (wanted(*request, attribute.entry)) values[attribute.entry] = std::move(attribute.value);
    }
    if (target->name.empty()) {
        for (const auto& [entry, value] : settings->server) {
            if (wanted(*request, entry)) values[entry] = value;
        }
    } else if (const mail::MailboxInfo* info = session->account()->find_mailbox(mailbox)) {
        const auto uses = special_use_value(*info);
        if (uses && wanted(*request, special_use_entry)) values[std::string(special_use_entry)] = uses;
    }
    co_return values;
}

/// Whether something below `prefix` is asked for.
bool asks_below(const Request& request, std::string_view prefix) {
    return std::ranges::any_of(request.entries, [prefix](const std::string& entry) {
        return entry.starts_with(prefix) || prefix.starts_with(entry);
    });
}

Task<Result<bool>> add_states(Session* session, const Request* request,
                              const std::vector<mail::AccountState*>* states, Values* values) {
    bool added = false;
    for (mail::AccountState* state : *states) {
        if (!asks_below(*request, state->prefix())) continue;
        auto entries = co_await state->read(session->account());
        if (!entries) co_return entries.error();
        for (auto& [entry, value] : *entries) {
            if (wanted(*request, entry)) (*values)[entry] = std::move(value);
        }
        added = true;
    }
    co_return added;
}

}  // namespace

Task<CommandResult> GetMetadataCommand::run(CommandContext* context) {
    Session& session = context->session;
    auto request = parse(context->args);
    if (!request) co_return CommandResult::failed(request.error());
    auto target = find_target(session, request->mailbox);
    if (!target) co_return CommandResult::failed(target.error());
    auto values = co_await load(&session, &*request, &*target, &settings_);
    if (!values) co_return CommandResult::failed(values.error());
    if (target->name.empty()) {
        auto added = co_await add_states(&session, &*request, &states_, &*values);
        if (!added) co_return CommandResult::failed(added.error());
    }

    std::size_t longest = 0;
    ResponseWriter out = session.writer();
    bool begun = false;
    for (const auto& [entry, value] : *values) {
        if (value && request->max_size && value->size() > *request->max_size) {
            longest = std::max(longest, value->size());
            continue;
        }
        if (!begun) out.untagged().atom("METADATA").mailbox(target->name).open();
        begun = true;
        write_metadata_value(out, entry, value);
    }
    if (begun) out.close().end_line();
    std::string code = longest == 0 ? std::string() : "METADATA LONGENTRIES " + std::to_string(longest);
    co_return CommandResult::ok("GETMETADATA completed", std::move(code));
}

}  // namespace postern::imap
