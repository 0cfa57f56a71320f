// What the user did, done upstream. Actions that follow each other and differ only in the message share a command.
#include <algorithm>
#include <map>

#include "connector-imap/refusal.hpp"
#include "connector-imap/session.hpp"
#include "postern/imap/date_time.hpp"
#include "postern/imap/flags.hpp"
#include "postern/imap/lexical.hpp"

namespace postern::imap_client {

using gateway::Action;
using gateway::ActionResult;
using gateway::Fault;
using gateway::FaultKind;

namespace {

constexpr std::size_t max_run = 500;

bool is_on_messages(const Action& action) {
    using Kind = Action::Kind;
    return action.kind == Kind::remove || action.kind == Kind::set_flags || action.kind == Kind::move ||
           action.kind == Kind::copy;
}

bool same_command(const Action& a, const Action& b) {
    return a.kind == b.kind && a.ref.session == b.ref.session && a.ref.number >> 32 == b.ref.number >> 32 &&
           a.destination == b.destination && a.flags == b.flags && a.keywords == b.keywords &&
           a.cleared_flags == b.cleared_flags && a.cleared_keywords == b.cleared_keywords;
}

}  // namespace

std::string ImapSession::flag_words(std::uint8_t bits, const std::vector<std::string>& keywords) const {
    std::string out;
    for (unsigned bit = 1; bit <= imap::flag_draft; bit <<= 1U) {
        if ((bits & bit) == 0) continue;
        if (!out.empty()) out += ' ';
        out += imap::system_flag_name(static_cast<imap::SystemFlag>(bit));
    }
    for (const auto& keyword : keywords) {
        std::string folded;
        for (const char c : keyword) folded += imap::ascii_lower(c);
        const bool allowed = !selected_ || selected_->any_keyword || selected_->keywords.contains(folded);
        if (!allowed || !imap::is_keyword(keyword)) continue;
        if (!out.empty()) out += ' ';
        out += keyword;
    }
    return out;
}

void ImapSession::fail_run(const Run& run, const Fault& fault, Results* results) {
    for (std::size_t i = run.begin; i < run.end; ++i) (*results)[i].fault = fault;
}

ImapSession::Run ImapSession::next_run(const Actions& actions, std::size_t begin) const {
    Run run;
    run.begin = begin;
    run.end = begin + 1;
    if (!is_on_messages(actions[begin])) return run;
    run.folder = folder_of(actions[begin].ref);
    run.uids.add(uid_of(actions[begin].ref));
    while (run.end < actions.size() && run.end - begin < max_run &&
           same_command(actions[begin], actions[run.end])) {
        run.uids.add(uid_of(actions[run.end].ref));
        ++run.end;
    }
    return run;
}

Task<Outcome<void>> ImapSession::store_flags(const Actions* actions, Run run, Results* results) {
    const Action& first = (*actions)[run.begin];
    const std::string set = run.uids.to_string();
    const std::string added = flag_words(first.flags, first.keywords);
    const std::string cleared = flag_words(first.cleared_flags, first.cleared_keywords);
    std::vector<std::string> commands;
    if (!added.empty()) commands.push_back("UID STORE " + set + " +FLAGS.SILENT (" + added + ')');
    if (!cleared.empty()) commands.push_back("UID STORE " + set + " -FLAGS.SILENT (" + cleared + ')');
    // Even .SILENT is answered, with the new modseqs (RFC 7162 section 3.1.3).
    const Soliciting soliciting(soliciting_);
    for (auto& command : commands) {
        auto done = co_await expect_ok(std::move(command), nullptr, FaultKind::transient);
        if (done) continue;
        if (!wire_->alive()) co_return done.error();
        fail_run(run, done.error(), results);
    }
    co_return Outcome<void>{};
}

// gateway.md 4.1: UID EXPUNGE where there is one; without it never where others' \Deleted messages would go too.
Task<Outcome<void>> ImapSession::remove_uids(imap::NumberSet uids) {
    const std::string set = uids.to_string();
    if (!capabilities_.uidplus()) {
        auto marked = co_await search("DELETED");
        if (!marked) co_return marked.error();
        if (!marked->without(uids).empty()) {
            co_return Fault(FaultKind::unsupported, "others have messages marked for deletion in the folder");
        }
    }
    std::string mark = "UID STORE " + set + " +FLAGS.SILENT (\\Deleted)";
    auto marked = co_await expect_ok(std::move(mark), nullptr, FaultKind::transient);
    if (!marked) co_return marked.error();
    std::string expunge = capabilities_.uidplus() ? "UID EXPUNGE " + set : "EXPUNGE";
    auto expunged = co_await expect_ok(std::move(expunge), nullptr, FaultKind::transient);
    co_return expunged;
}

Task<Outcome<void>> ImapSession::remove(Run run, Results* results) {
    auto removed = co_await remove_uids(run.uids);
    if (removed) co_return Outcome<void>{};
    if (!wire_->alive()) co_return removed.error();
    fail_run(run, removed.error(), results);
    co_return Outcome<void>{};
}

Task<Outcome<void>> ImapSession::transfer(const Actions* actions, Run run, Results* results) {
    const Action& first = (*actions)[run.begin];
    const bool move = first.kind == Action::Kind::move;
    const bool by_copy = move && !capabilities_.move();
    CopiedUids copied;
    Taker taker = [&copied](Response& response) {
        // UID MOVE tells it before it ends (RFC 6851 section 4.3).
        const auto status = parse_status(response.text);
        if (!status || status->code != "COPYUID") return true;
        if (auto parsed = parse_copyuid(status->argument)) copied = std::move(*parsed);
        return true;
    };
    std::string command = move && !by_copy ? "UID MOVE " : "UID COPY ";
    command += run.uids.to_string() + ' ' + quoted_name(first.destination);
    auto status = co_await wire_->command(std::move(command), std::move(taker));
    if (!status) co_return status.error();
    if (!status->ok()) {
        fail_run(run, classify_refusal(move ? "MOVE" : "COPY", *status, FaultKind::transient), results);
        co_return Outcome<void>{};
    }
    if (status->code == "COPYUID") {
        if (auto parsed = parse_copyuid(status->argument)) copied = std::move(*parsed);
    }
    std::map<std::uint32_t, std::uint32_t> there(copied.uids.begin(), copied.uids.end());
    for (std::size_t i = run.begin; i < run.end; ++i) {
        const auto found = there.find(uid_of((*actions)[i].ref));
        if (found != there.end()) {
            (*results)[i].new_id = message_id(copied.uidvalidity, found->second);
        } else if (!there.empty()) {
            refuse((*results)[i], FaultKind::gone, "the message is not there any more");
        }
    }
    if (!by_copy) co_return Outcome<void>{};
    auto removed = co_await remove_uids(run.uids);
    if (removed) co_return Outcome<void>{};
    if (!wire_->alive()) co_return removed.error();
    fail_run(run, removed.error(), results);
    co_return Outcome<void>{};
}

Task<Outcome<void>> ImapSession::append(const Action* action, ActionResult* result) {
    if (!action->content) {
        refuse(*result, FaultKind::unsupported, "no content");
        co_return Outcome<void>{};
    }
    CommandText command;
    command.text = "APPEND " + quoted_name(action->folder) + ' ';
    // Which keywords the folder takes is known only of the one that is open.
    const bool open = selected_ && folders_[selected_->folder].id == action->folder;
    const std::vector<std::string> none;
    const std::string flags = flag_words(action->flags, open ? action->keywords : none);
    if (!flags.empty()) command.text += '(' + flags + ") ";
    if (action->date) {
        imap::DateTime date;
        date.utc = *action->date;
        command.text += '"' + imap::format_date_time(date) + "\" ";
    }
    const std::shared_ptr<const std::string> content = action->content;
    command.literal = *content;
    command.has_literal = true;
    auto status = co_await wire_->command(std::move(command), nullptr);
    if (!status) {
        if (!wire_->alive()) co_return status.error();
        result->fault = status.error();
        co_return Outcome<void>{};
    }
    if (!status->ok()) {
        result->fault = classify_refusal("APPEND", *status, FaultKind::transient);
    } else if (status->code == "APPENDUID") {
        if (const auto ids = parse_appenduid(status->argument))
            result->new_id = message_id(ids->first, ids->second);
    }
    co_return Outcome<void>{};
}

Task<Outcome<void>> ImapSession::push_run(const Actions* actions, Run run, Results* results) {
    const Action& first = (*actions)[run.begin];
    if (first.kind == Action::Kind::append) {
        auto done = co_await append(&first, &(*results)[run.begin]);
        co_return done;
    }
    if (!is_on_messages(first)) {
        auto done = co_await change_folder(&first, &(*results)[run.begin]);
        co_return done;
    }
    const bool ours = std::all_of(actions->begin() + static_cast<std::ptrdiff_t>(run.begin),
                                  actions->begin() + static_cast<std::ptrdiff_t>(run.end),
                                  [this](const Action& action) { return belongs(action.ref); });
    if (!ours) {
        fail_run(run, Fault(FaultKind::conflict, "a message of another session"), results);
        co_return Outcome<void>{};
    }
    auto opened = co_await open_folder(run.folder);
    if (!opened) {
        if (!wire_->alive()) co_return opened.error();
        fail_run(run, opened.error(), results);
        co_return Outcome<void>{};
    }
    if (selected_->read_only && first.kind != Action::Kind::copy) {
        fail_run(run, Fault(FaultKind::unsupported, "the folder is read-only"), results);
        co_return Outcome<void>{};
    }
    Outcome<void> done = Fault();
    if (first.kind == Action::Kind::set_flags) {
        done = co_await store_flags(actions, run, results);
    } else if (first.kind == Action::Kind::remove) {
        done = co_await remove(run, results);
    } else {
        done = co_await transfer(actions, run, results);
    }
    co_return done;
}

Task<Outcome<std::vector<ActionResult>>> ImapSession::push(std::vector<Action> actions) {
    if (!outstanding_.empty()) co_return Fault(FaultKind::conflict, "messages are still to be received");
    Results results(actions.size());
    for (std::size_t begin = 0; begin < actions.size();) {
        const Run run = next_run(actions, begin);
        begin = run.end;
        auto done = co_await push_run(&actions, run, &results);
        if (!done) co_return done.error();
    }
    co_return results;
}

}  // namespace postern::imap_client
