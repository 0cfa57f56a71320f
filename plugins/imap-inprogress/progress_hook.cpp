#include "progress_hook.hpp"

#include <algorithm>
#include <string>

namespace postern::imap {

namespace {

/// The command that runs.
struct Running {
    std::string tag;
    std::chrono::steady_clock::time_point next;  ///< not before then
    std::uint64_t goal = 0;                      ///< told first; 0: not yet
    std::uint64_t done = 0;                      ///< told last
};
constexpr SlotKey<Running> running{"command in progress"};

/// prog-tag: a "]" would end the response code for simple parsers.
std::string tag_text(const std::string& tag) {
    return tag.find(']') == std::string::npos ? '"' + tag + '"' : "NIL";
}

std::string state_text(Running& command, std::uint64_t done, std::uint64_t total) {
    if (command.goal == 0) command.goal = total;
    if (command.goal != total) return "NIL NIL";
    // The goal is above what is done, until the tagged response says that it is reached.
    if (total > 0) done = std::min(done, total - 1);
    command.done = std::max(command.done, done);
    return std::to_string(command.done) + ' ' + (total > 0 ? std::to_string(total) : "NIL");
}

}  // namespace

Result<void> ProgressHook::before(CommandContext& context) {
    Running& command = context.session.slots().get(running);
    command.tag = context.tag;
    command.next = std::chrono::steady_clock::now() + interval_;
    command.goal = command.done = 0;
    return {};
}

void ProgressHook::progress(Session& session, std::uint64_t done, std::uint64_t total) {
    Running* command = session.slots().find(running);
    const auto now = std::chrono::steady_clock::now();
    if (command == nullptr || now < command->next) return;
    command->next = now + interval_;
    const std::string code =
        "INPROGRESS (" + tag_text(command->tag) + ' ' + state_text(*command, done, total) + ')';
    session.writer().status("", "OK", code, "Still at it");
}

}  // namespace postern::imap
