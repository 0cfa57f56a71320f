#include "connector-pop3/wire.hpp"

#include <string.h>

#include "postern/gateway/line.hpp"

namespace postern::pop3 {

using gateway::Fault;
using gateway::FaultKind;

namespace {
constexpr std::size_t buffer_size = 32 * 1024;
}

Wire::Wire(std::unique_ptr<Connection> connection, gateway::SessionLimits limits)
    : connection_(std::move(connection)),
      limits_(limits),
      buffer_(buffer_size),
      last_traffic_(std::chrono::steady_clock::now()) {}

Wire::~Wire() = default;

Fault Wire::lost(const Error& error) {
    alive_ = false;
    return gateway::line_fault(*connection_, error);
}

Fault Wire::broken(std::string text) {
    alive_ = false;
    return Fault(FaultKind::protocol_violation, std::move(text));
}

bool Wire::busy_within(std::chrono::steady_clock::duration span) const {
    return std::chrono::steady_clock::now() - last_traffic_ < span;
}

Task<Outcome<void>> Wire::send(std::string command, bool secret) {
    if (!alive_) co_return Fault(FaultKind::offline, "the connection is closed");
    command += "\r\n";
    connection_->set_deadline(limits_.command_timeout);
    auto written = co_await connection_->stream().write(command);
    if (secret) explicit_bzero(command.data(), command.size());
    last_traffic_ = std::chrono::steady_clock::now();
    if (!written) co_return lost(written.error());
    co_return Outcome<void>{};
}

Task<Outcome<void>> Wire::fill() {
    if (!alive_) co_return Fault(FaultKind::offline, "the connection is closed");
    position_ = filled_ = 0;
    connection_->set_deadline(limits_.command_timeout);
    std::span<char> room(buffer_);
    auto got = co_await connection_->stream().read_some(room);
    last_traffic_ = std::chrono::steady_clock::now();
    if (!got) co_return lost(got.error());
    if (*got == 0) co_return lost(Error(Errc::unavailable, "the server closed the connection"));
    filled_ = *got;
    co_return Outcome<void>{};
}

Task<Outcome<StatusLine>> Wire::read_status() {
    StatusLineReader reader;
    const auto begin = std::chrono::steady_clock::now();
    while (true) {
        std::size_t used = 0;
        const auto status = reader.feed(unread(), used);
        position_ += used;
        if (status == StatusLineReader::Status::done) co_return reader.line();
        if (status == StatusLineReader::Status::error) co_return broken("a reply is neither +OK nor -ERR");
        // A line that comes drop by drop ends here, however often the watchdog is re-armed.
        if (std::chrono::steady_clock::now() - begin > limits_.command_timeout) {
            alive_ = false;
            co_return Fault(FaultKind::transient, "the server answers too slowly");
        }
        auto filled = co_await fill();
        if (!filled) co_return filled.error();
    }
}

Task<Outcome<Wire::Data>> Wire::read_data(DataSink* sink, bool bare_lf) {
    MultilineDecoder decoder(bare_lf);
    Data data;
    const auto begin = std::chrono::steady_clock::now();
    while (true) {
        std::size_t used = 0;
        const auto status = decoder.feed(unread(), *sink, used);
        position_ += used;
        data.octets += used;
        data.normalised = decoder.normalised();
        if (status == MultilineDecoder::Status::done) co_return data;
        if (status == MultilineDecoder::Status::refused) {
            alive_ = false;
            data.refused = true;
            co_return data;
        }
        const auto spent = std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() -
                                                                            begin - limits_.command_timeout);
        if (spent.count() > 0 &&
            data.octets < limits_.slowest_rate * static_cast<std::uint64_t>(spent.count())) {
            alive_ = false;
            co_return Fault(FaultKind::transient, "the server sends too slowly");
        }
        auto filled = co_await fill();
        if (!filled) co_return filled.error();
    }
}

Task<Outcome<StatusLine>> Wire::command(std::string text, bool secret) {
    // What came unasked cannot be told from a reply: a body that ended too early may forge one.
    if (has_unread()) co_return broken("the server sends what nobody asked for");
    auto sent = co_await send(std::move(text), secret);
    if (!sent) co_return sent.error();
    auto status = co_await read_status();
    co_return status;
}

Task<Outcome<void>> Wire::start_tls(gateway::RemoteServer server) {
    position_ = filled_ = 0;
    auto secured = co_await gateway::begin_tls(connection_.get(), std::move(server), limits_.command_timeout);
    if (!secured) alive_ = false;
    co_return secured;
}

Task<void> Wire::shutdown() {
    alive_ = false;
    co_await gateway::hang_up(connection_.get());
}

}  // namespace postern::pop3
