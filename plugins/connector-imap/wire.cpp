#include "connector-imap/wire.hpp"

#include <string.h>

#include <optional>

#include "connector-imap/refusal.hpp"
#include "postern/gateway/line.hpp"
#include "postern/gateway/refusal.hpp"

namespace postern::imap_client {

using gateway::Fault;
using gateway::FaultKind;

namespace {

constexpr std::size_t buffer_size = 32 * 1024;
/// A set of 50,000 scattered UIDs takes 400 KB.
constexpr std::size_t max_response = 16U << 20;
constexpr std::size_t max_literals = 1000;
/// To one command: a server that goes on and on never comes to its end. Before sign-in, and beside what is listed after it.
constexpr std::uint64_t max_early_responses = 1000;
constexpr std::uint64_t max_other_responses = 50'000;

}  // namespace

Wire::Wire(std::unique_ptr<Connection> connection, gateway::SessionLimits limits)
    : connection_(std::move(connection)),
      limits_(limits),
      buffer_(buffer_size),
      most_responses_(max_early_responses),
      last_traffic_(std::chrono::steady_clock::now()) {}

Wire::~Wire() = default;

void Wire::trust() {
    ResponseReader::Limits limits;
    limits.text = max_response;
    limits.literal = limits_.message_octets;
    limits.literals = max_literals;
    reader_.set_limits(limits);
    most_responses_ = 2 * limits_.listing_entries + max_other_responses;
}

Fault Wire::lost(const Error& error) {
    alive_ = false;
    if (!goodbye_.empty()) return Fault(FaultKind::offline, "the server says: " + goodbye_);
    return gateway::line_fault(*connection_, error);
}

Fault Wire::broken(std::string text) {
    alive_ = false;
    return Fault(FaultKind::protocol_violation, std::move(text));
}

bool Wire::busy_within(std::chrono::steady_clock::duration span) const {
    return std::chrono::steady_clock::now() - last_traffic_ < span;
}

Task<Outcome<void>> Wire::write(std::string_view octets) {
    if (!alive_) co_return Fault(FaultKind::offline, "the connection is closed");
    responses_ = 0;
    connection_->set_deadline(limits_.command_timeout);
    auto written = co_await connection_->stream().write(octets);
    last_traffic_ = std::chrono::steady_clock::now();
    if (!written) co_return lost(written.error());
    co_return Outcome<void>{};
}

Task<Outcome<void>> Wire::fill() {
    if (!alive_) co_return Fault(FaultKind::offline, "the connection is closed");
    position_ = filled_ = 0;
    connection_->set_deadline(patience_.count() > 0 ? patience_ : limits_.command_timeout);
    std::span<char> room(buffer_);
    auto got = co_await connection_->stream().read_some(room);
    last_traffic_ = std::chrono::steady_clock::now();
    if (!got) co_return lost(got.error());
    if (*got == 0) co_return lost(Error(Errc::unavailable, "the server closed the connection"));
    filled_ = *got;
    co_return Outcome<void>{};
}

Task<Outcome<Response>> Wire::read() {
    // The clock of a response starts with its first octet; one that comes drop by drop ends here, however often the
    // watchdog is re-armed.
    std::optional<std::chrono::steady_clock::time_point> begin;
    std::uint64_t octets = 0;
    while (true) {
        std::size_t used = 0;
        const std::string_view unread(buffer_.data() + position_, filled_ - position_);
        const auto status = reader_.feed(unread, used);
        position_ += used;
        octets += used;
        if (status == ResponseReader::Status::done) {
            if (++responses_ > most_responses_) co_return broken("the server's answer has no end");
            co_return reader_.take();
        }
        if (status == ResponseReader::Status::error) co_return broken(reader_.problem());
        const auto now = std::chrono::steady_clock::now();
        if (octets > 0 && !begin) begin = now;
        const auto late = now - begin.value_or(now) - limits_.command_timeout;
        const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(late).count();
        if (seconds > 0 && octets < limits_.slowest_rate * static_cast<std::uint64_t>(seconds)) {
            alive_ = false;
            co_return Fault(FaultKind::transient, "the server sends too slowly");
        }
        auto filled = co_await fill();
        if (!filled) co_return filled.error();
    }
}

Task<Outcome<void>> Wire::send_line(std::string line, bool secret) {
    line += "\r\n";
    auto written = co_await write(line);
    if (secret) explicit_bzero(line.data(), line.size());
    co_return written;
}

bool Wire::observed(Response& response) {
    const auto status = parse_status(response.text);
    if (status && status->kind == Status::Kind::bye) goodbye_ = gateway::printable(status->text);
    return !observer_ || observer_(response);
}

Task<Outcome<std::string>> Wire::send(CommandText command) {
    std::string tag = "P" + std::to_string(++last_tag_);
    unanswered_.insert(tag);
    std::string line = tag + ' ' + command.text;
    if (command.secret) explicit_bzero(command.text.data(), command.text.size());
    if (command.has_literal) {
        line += '{' + std::to_string(command.literal.size());
        line += literal_plus_ ? "+}" : "}";
    }
    auto sent = co_await send_line(std::move(line), command.secret);
    if (!sent) co_return sent.error();
    if (!command.has_literal) co_return tag;
    if (!literal_plus_) {
        auto refused = co_await wait_for_continuation(tag);
        if (!refused) co_return refused.error();
        if (*refused) co_return classify_refusal("APPEND", **refused, FaultKind::transient);
    }
    auto written = co_await write(command.literal);
    if (!written) co_return written.error();
    auto ended = co_await send_line("");
    if (!ended) co_return ended.error();
    co_return tag;
}

Task<Outcome<std::optional<Status>>> Wire::step(std::string tag, Taker taker) {
    if (auto answered = answered_.extract(tag)) co_return std::optional(std::move(answered.mapped()));
    auto response = co_await read();
    if (!response) co_return response.error();
    if (response->kind == Response::Kind::continuation)
        co_return broken("the server waits for what nobody offered");
    if (response->kind == Response::Kind::untagged) {
        if (!observed(*response)) co_return broken("a response makes no sense");
        if (taker && !taker(*response)) co_return broken("a response makes no sense");
        co_return std::optional<Status>{};
    }
    auto status = parse_status(response->text);
    if (!status || unanswered_.erase(response->tag) == 0) co_return broken("a response to what nobody asked");
    if (response->tag == tag) co_return status;
    // Commands may be finished in another order than they were sent in (RFC 3501 section 5.5).
    answered_.emplace(response->tag, std::move(*status));
    co_return std::optional<Status>{};
}

Task<Outcome<Status>> Wire::finish(std::string tag, Taker taker) {
    while (true) {
        auto status = co_await step(tag, taker);
        if (!status) co_return status.error();
        if (*status) co_return **status;
    }
}

Task<Outcome<std::optional<Status>>> Wire::wait_for_continuation(std::string tag) {
    while (true) {
        auto response = co_await read();
        if (!response) co_return response.error();
        if (response->kind == Response::Kind::continuation) co_return std::optional<Status>{};
        if (response->kind == Response::Kind::untagged) {
            if (!observed(*response)) co_return broken("a response makes no sense");
            continue;
        }
        auto status = parse_status(response->text);
        if (!status || response->tag != tag) co_return broken("a response to what nobody asked");
        unanswered_.erase(tag);
        co_return status;
    }
}

Task<Outcome<Status>> Wire::command(CommandText command, Taker taker) {
    auto tag = co_await send(std::move(command));
    if (!tag) co_return tag.error();
    auto status = co_await finish(std::move(*tag), std::move(taker));
    co_return status;
}

Task<Outcome<Status>> Wire::command(std::string text, Taker taker) {
    CommandText whole;
    whole.text = std::move(text);
    auto status = co_await command(std::move(whole), std::move(taker));
    co_return status;
}

Task<Outcome<void>> Wire::start_tls(gateway::RemoteServer server) {
    position_ = filled_ = 0;
    reader_.reset();
    auto secured = co_await gateway::begin_tls(connection_.get(), std::move(server), limits_.command_timeout);
    if (!secured) alive_ = false;
    co_return secured;
}

Task<void> Wire::shutdown() {
    alive_ = false;
    co_await gateway::hang_up(connection_.get());
}

}  // namespace postern::imap_client
