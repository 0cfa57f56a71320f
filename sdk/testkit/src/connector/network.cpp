#include "connector/network.hpp"

#include <boost/asio/this_coro.hpp>

#include "connector/line.hpp"

namespace postern::testkit {

const char* to_string(Trouble::Kind kind) {
    switch (kind) {
        case Trouble::Kind::none:
            return "nothing";
        case Trouble::Kind::cut:
            return "the peer closes the line";
        case Trouble::Kind::broken:
            return "the line breaks";
        case Trouble::Kind::hang:
            return "silence";
        case Trouble::Kind::cancel:
            return "this side gives up";
        case Trouble::Kind::half_write:
            return "half a write, then the line breaks";
        case Trouble::Kind::garbage:
            return "garbage for a reply";
        case Trouble::Kind::flood:
            return "a reply without end";
        case Trouble::Kind::flood_half:
            return "half a reply, and then no end";
    }
    return "?";
}

Trouble::Kind Network::next(Step step) {
    steps.push_back(step);
    return steps.size() == trouble.step ? trouble.kind : Trouble::Kind::none;
}

void Network::violation(const std::string& text) {
    // One is enough to fail; a loop must not fill the memory with them.
    if (violations.size() < 10) violations.push_back(text + " (step " + std::to_string(steps.size()) + ")");
}

void Network::reset() {
    steps.clear();
    octets_received = 0;
    dialed = 0;
    plain.clear();
    handshakes.clear();
    targets.clear();
}

void Network::spread_news() {
    for (Line* line : lines_) line->take_news();
}

Task<Result<std::unique_ptr<Connection>>> Network::dial(Target target) {
    using Kind = Trouble::Kind;
    const Executor executor = co_await boost::asio::this_coro::executor;
    if (target.connect_timeout.count() <= 0) violation("a dial without a time-out");
    targets.push_back(std::move(target));
    ++dialed;
    const Kind kind = next(Step::dial);
    if (kind == Kind::cancel) co_return Error(Errc::cancelled, "the server is stopping");
    if (kind == Kind::hang) co_return Error(Errc::unavailable, "no answer");
    if (refuses || kind != Kind::none) co_return Error(Errc::unavailable, "connection refused");
    std::unique_ptr<Connection> line = std::make_unique<Line>(*this, world_.accept(), executor);
    co_return line;
}

}  // namespace postern::testkit
