#include "limit_hook.hpp"

#include <algorithm>
#include <charconv>
#include <string>

#include "postern/imap/fetch.hpp"

namespace postern::imap {

namespace {

/// What becomes of the messages beyond the limit.
enum class Treatment : std::uint8_t { none, left, refused, refused_saving };

struct Running {
    Treatment treatment = Treatment::none;
    std::string code;  ///< of the response; empty: the limit was not reached
};
constexpr SlotKey<Running> running{"limited command"};

Treatment treatment_of(const CommandContext& context) {
    for (const char* name : {"FETCH", "SEARCH", "STORE", "MOVE"}) {
        if (context.name == name) return Treatment::left;
    }
    if (context.name == "EXPUNGE" && context.uid) return Treatment::left;
    if (context.name == "COPY") return Treatment::refused_saving;
    // A part of a sorted list is not the beginning of the whole one.
    if (context.name == "SORT" || context.name == "THREAD") return Treatment::refused;
    return Treatment::none;
}

std::string code_text(std::uint32_t limit, Uid lowest) {
    std::string text = "MESSAGELIMIT " + std::to_string(limit);
    if (lowest != 0) text += ' ' + std::to_string(lowest);
    return text;
}

Error too_many(const std::string& code) {
    return {Errc::too_large, "[" + code + "] Too many messages for one command"};
}

/// Messages in a partial-range; 0 if it is none.
std::uint64_t width_of(std::string_view range) {
    const auto colon = range.find(':');
    if (colon == range.npos) return 0;
    const auto number = [](std::string_view text) {
        if (text.starts_with('-')) text.remove_prefix(1);
        std::int64_t value = 0;
        const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
        return read.ec == std::errc() && read.ptr == text.data() + text.size() ? value : 0;
    };
    const std::int64_t first = number(range.substr(0, colon));
    const std::int64_t last = number(range.substr(colon + 1));
    if (first <= 0 || last <= 0) return 0;
    return static_cast<std::uint64_t>(first > last ? first - last : last - first) + 1;
}

}  // namespace

void LimitHook::set_items(const Lookup& lookup) {
    items_ = lookup.all<FetchItemHandler>();
}

Result<void> LimitHook::check_page(CommandContext& context) const {
    if (to_upper(context.args.rest()).find("PARTIAL") == std::string::npos) return {};
    const auto takes_arguments = [this](std::string_view name) {
        return std::ranges::any_of(items_, [&](const auto& item) {
            return equals_ignore_case(item.name, name) && item.object->takes_arguments();
        });
    };
    const std::size_t begin = context.args.mark();
    const auto arguments = context.args.skip_space()
                               ? parse_fetch(context.args, takes_arguments)
                               : Result<FetchArguments>(Error(Errc::protocol_violation, {}));
    context.args.rewind(begin);
    if (!arguments) return {};  // the command itself says what is wrong
    for (const Parameter& parameter : arguments->modifiers) {
        if (parameter.name != "PARTIAL") continue;
        const ArgumentCursor value = context.args.sub(parameter.begin, parameter.end);
        if (width_of(value.rest()) > limits_.messages) return too_many(code_text(limits_.messages, 0));
    }
    return {};
}

Result<void> LimitHook::before(CommandContext& context) {
    Running& command = context.session.slots().get(running);
    command = {treatment_of(context), {}};
    if (context.name == "FETCH" && limits_.messages != 0) return check_page(context);
    return {};
}

Result<void> LimitHook::working_on(Session& session, std::vector<mail::Slot>& slots) {
    Running& command = session.slots().get(running);
    if (command.treatment == Treatment::none) return {};
    const bool saves = command.treatment == Treatment::refused_saving;
    const std::uint32_t limit = saves ? limits_.saves : limits_.messages;
    if (limit == 0 || slots.size() <= limit) return {};
    const std::size_t beyond = slots.size() - limit;
    const std::string code = code_text(limit, session.selected()->mailbox->columns().uid[slots[beyond]]);
    if (command.treatment != Treatment::left) return too_many(saves ? code : code_text(limit, 0));
    command.code = code;
    slots.erase(slots.begin(), slots.begin() + static_cast<std::ptrdiff_t>(beyond));
    return {};
}

void LimitHook::after(CommandContext& context, CommandResult& result) {
    Running& command = context.session.slots().get(running);
    const std::string code = std::move(command.code);
    command = {};
    if (code.empty() || result.condition == CommandResult::Condition::bad) return;
    if (result.condition == CommandResult::Condition::ok && result.code.empty()) {
        result.code = code;
        return;
    }
    // The tagged response carries one code (section 3.1).
    context.session.writer().status("", "NO", code, "Stopped early");
}

Result<void> SaveLimit::check(const mail::GuardedOperation& operation) {
    const bool append = operation.kind == mail::GuardedOperation::Kind::deliver &&
                        operation.cause != nullptr && operation.cause->protocol == "imap" &&
                        operation.cause->command == "APPEND";
    if (!append || limits_.saves == 0 || operation.messages <= limits_.saves) return {};
    return too_many(code_text(limits_.saves, 0));
}

}  // namespace postern::imap
