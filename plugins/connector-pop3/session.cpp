#include "connector-pop3/session.hpp"

#include <atomic>

#include "connector-pop3/line_sink.hpp"
#include "connector-pop3/refusal.hpp"

namespace postern::pop3 {

using gateway::Action;
using gateway::ActionResult;
using gateway::Fault;
using gateway::FaultKind;
using gateway::Fetched;
using gateway::FetchPart;
using gateway::FetchRequest;
using gateway::PullPage;
using gateway::PullRequest;

namespace {

/// So many messages of the listed length make the listed length trustworthy.
constexpr std::size_t trusted_after = 3;
constexpr std::chrono::seconds quiet_for{10};
constexpr std::chrono::seconds quit_timeout{10};

std::uint64_t next_session_id() {
    static std::atomic<std::uint64_t> last{0};
    return ++last;
}

std::string token_of(Stat stat, std::string_view last_uidl) {
    return std::to_string(stat.count) + ' ' + std::to_string(stat.octets) + ' ' + std::string(last_uidl);
}

}  // namespace

Pop3Session::Pop3Session(std::unique_ptr<Wire> wire, Capabilities capabilities)
    : wire_(std::move(wire)), capabilities_(std::move(capabilities)), id_(next_session_id()) {
    facts_.header_fetch = capabilities_.top || !capabilities_.known;
    facts_.pipelining = capabilities_.pipelining;
    facts_.expire_days = capabilities_.expire_days;
    facts_.retrieval_deletes = capabilities_.expire_days == 0;
    facts_.login_delay = capabilities_.login_delay.value_or(std::chrono::seconds(0));
    facts_.implementation = printable(capabilities_.implementation);
}

Task<Outcome<bool>> Pop3Session::same_as(Stat stat, std::string token) {
    const std::string start = token_of(stat, "");
    if (!token.starts_with(start)) co_return false;
    // The mark of a server without unique ids: STAT is all there is.
    if (token == start + "-") co_return true;
    if (stat.count == 0) co_return token == start;
    std::string command = "UIDL " + std::to_string(stat.count);
    auto status = co_await wire_->command(std::move(command));
    if (!status) co_return status.error();
    if (!status->ok) co_return false;
    const auto last = parse_numbered(status->text);
    const bool same =
        last && last->number == stat.count && !last->value.empty() && token == token_of(stat, last->value);
    co_return same;
}

Task<Outcome<void>> Pop3Session::read_lines(Listing* listing, bool bare_lf,
                                            void (Listing::*add)(std::string_view)) {
    // Lines that make no sense, or repeat a number, add no entry: they are counted too.
    std::uint64_t lines = 0;
    const std::uint64_t most = wire_->limits().listing_entries;
    LineSink sink([listing, add, &lines, most](std::string_view line) {
        (listing->*add)(line);
        return !listing->full() && ++lines <= most;
    });
    auto data = co_await wire_->read_data(&sink, bare_lf);
    if (!data) co_return data.error();
    if (data->refused) co_return Fault(FaultKind::protocol_violation, "a listing or a line of it has no end");
    co_return Outcome<void>{};
}

Task<Outcome<void>> Pop3Session::list_ids(Listing* listing) {
    auto status = co_await wire_->command("UIDL");
    if (!status) co_return status.error();
    if (!status->ok) {
        // Offered and refused is trouble of the moment; what was never offered may simply not exist.
        if (capabilities_.uidl) co_return classify_refusal("UIDL", status->text, FaultKind::transient);
        facts_.ids = false;
        listing->without_uidl();
        co_return Outcome<void>{};
    }
    auto read = co_await read_lines(listing, status->bare_lf, &Listing::add_uidl_line);
    co_return read;
}

Task<Outcome<void>> Pop3Session::list_sizes(Listing* listing) {
    auto status = co_await wire_->command("LIST");
    if (!status) co_return status.error();
    if (!status->ok) co_return classify_refusal("LIST", status->text, FaultKind::transient);
    auto read = co_await read_lines(listing, status->bare_lf, &Listing::add_size_line);
    co_return read;
}

PullPage Pop3Session::page_of(Listing listing, std::size_t budget) const {
    PullPage page;
    page.incomplete_reason = listing.finish();
    if (listing.entries().size() > budget) page.incomplete_reason = "more messages than the engine takes";
    page.complete = page.incomplete_reason.empty();
    page.total = listing.entries().size();
    for (auto& entry : listing.entries()) {
        if (page.items.size() >= budget) break;
        gateway::RemoteItem item;
        item.ref = {id_, entry.number};
        item.id = std::move(entry.uidl);
        item.size = entry.size;
        page.items.push_back(std::move(item));
    }
    if (page.complete && listing.stat() && page.items.size() == listing.stat()->count) {
        const std::string last = page.items.empty() ? "" : page.items.back().id;
        page.token = token_of(*listing.stat(), facts_.ids ? last : "-");
    }
    return page;
}

Task<Outcome<PullPage>> Pop3Session::pull(PullRequest request) {
    Listing listing(wire_->limits().listing_entries);
    auto status = co_await wire_->command("STAT");
    if (!status) co_return status.error();
    if (!status->ok) co_return classify_refusal("STAT", status->text, FaultKind::transient);
    const auto stat = parse_stat(status->text);
    listing.set_stat(stat);
    if (stat && !request.token.empty()) {
        auto same = co_await same_as(*stat, request.token);
        if (!same) co_return same.error();
        if (*same) {
            PullPage page;
            page.unchanged = true;
            page.total = stat->count;
            page.token = std::move(request.token);
            co_return page;
        }
    }
    auto ids = co_await list_ids(&listing);
    if (!ids) co_return ids.error();
    auto sizes = co_await list_sizes(&listing);
    if (!sizes) co_return sizes.error();
    co_return page_of(std::move(listing), request.budget);
}

std::size_t Pop3Session::fetch_window() const {
    return facts_.pipelining ? wire_->limits().fetch_window : 1;
}

Task<Outcome<void>> Pop3Session::start_fetch(FetchRequest request) {
    if (!belongs(request.ref)) co_return Fault(FaultKind::conflict, "a number of another session");
    if (outstanding_.size() >= fetch_window()) co_return Fault(FaultKind::conflict, "too many fetches");
    if (outstanding_.empty() && wire_->has_unread()) {
        wire_->fail();
        co_return Fault(FaultKind::protocol_violation, "the server sends what nobody asked for");
    }
    std::string command = request.part == FetchPart::header ? "TOP " : "RETR ";
    command += std::to_string(request.ref.number);
    if (request.part == FetchPart::header) command += " 0";
    outstanding_.push_back(request);
    auto sent = co_await wire_->send(std::move(command));
    co_return sent;
}

// A body that ends before its listed length may have had a line ".": what follows would be read as replies.
Task<Outcome<void>> Pop3Session::check_length(std::uint64_t octets, FetchRequest request) {
    if (request.part == FetchPart::header || !request.expected_size) co_return Outcome<void>{};
    if (octets == *request.expected_size) ++exact_sizes_;
    const bool is_short = octets < *request.expected_size;
    const bool leftover = outstanding_.empty() && wire_->has_unread();
    if ((is_short && exact_sizes_ >= trusted_after) || leftover) {
        wire_->fail();
        co_return Fault(FaultKind::protocol_violation, "the message and its length do not agree");
    }
    if (!is_short || !outstanding_.empty()) co_return Outcome<void>{};
    // Ask what only a server in step can answer.
    std::string command = "LIST " + std::to_string(request.ref.number);
    auto probe = co_await wire_->command(std::move(command));
    if (!probe) co_return probe.error();
    const auto answer = parse_numbered(probe->text);
    const bool in_step = probe->ok && answer && answer->number == request.ref.number &&
                         answer->value.starts_with(std::to_string(*request.expected_size));
    if (in_step && !wire_->has_unread()) co_return Outcome<void>{};
    wire_->fail();
    co_return Fault(FaultKind::protocol_violation, "the message and its length do not agree");
}

Task<Outcome<Fetched>> Pop3Session::receive() {
    if (outstanding_.empty()) co_return Fault(FaultKind::conflict, "nothing was asked for");
    const FetchRequest request = outstanding_.front();
    outstanding_.pop_front();
    const bool header = request.part == FetchPart::header;
    auto status = co_await wire_->read_status();
    if (!status) co_return status.error();
    if (!status->ok) {
        co_return classify_refusal(header ? "TOP" : "RETR", status->text,
                                   header ? FaultKind::unsupported : FaultKind::gone);
    }
    const auto& limits = wire_->limits();
    StringSink sink(header ? limits.header_octets : limits.message_octets);
    if (request.expected_size) sink.text.reserve(std::min(*request.expected_size, limits.message_octets) + 1);
    auto data = co_await wire_->read_data(&sink, status->bare_lf);
    if (!data) co_return data.error();
    if (data->refused) co_return Fault(FaultKind::protocol_violation, "the message has no end");
    auto checked = co_await check_length(sink.text.size(), request);
    if (!checked) co_return checked.error();
    Fetched fetched;
    fetched.ref = request.ref;
    fetched.normalised = data->normalised;
    fetched.content = std::make_shared<const std::string>(std::move(sink.text));
    co_return fetched;
}

Task<Outcome<std::vector<ActionResult>>> Pop3Session::push(std::vector<Action> actions) {
    std::vector<ActionResult> results(actions.size());
    for (std::size_t i = 0; i < actions.size(); ++i) {
        const Action& action = actions[i];
        if (action.kind != Action::Kind::remove || !belongs(action.ref)) {
            results[i].fault = Fault(FaultKind::unsupported, "POP3 can only delete what it listed");
            continue;
        }
        std::string command = "DELE " + std::to_string(action.ref.number);
        auto status = co_await wire_->command(std::move(command));
        if (!status) co_return status.error();
        if (!status->ok) results[i].fault = classify_refusal("DELE", status->text, FaultKind::gone);
    }
    co_return results;
}

Task<Outcome<void>> Pop3Session::keep_alive() {
    if (!outstanding_.empty() || wire_->busy_within(quiet_for)) co_return Outcome<void>{};
    auto status = co_await wire_->command("NOOP");
    if (!status) co_return status.error();
    co_return Outcome<void>{};
}

Task<Outcome<void>> Pop3Session::close(CloseMode mode) {
    Outcome<void> result{};
    if (mode == CloseMode::commit) {
        wire_->set_command_timeout(quit_timeout);
        auto status = co_await wire_->command("QUIT");
        if (!status) {
            result = status.error();
        } else if (!status->ok) {
            result = classify_refusal("QUIT", status->text, FaultKind::transient);
        }
    }
    co_await wire_->shutdown();
    co_return result;
}

Result<void> Pop3Session::move_to(Executor executor) {
    return wire_->connection().move_to(std::move(executor));
}

}  // namespace postern::pop3
