// From octets to commands: literals, errors of the reader, lines that commands take over.
#include "postern/imap/argument_cursor.hpp"
#include "server.hpp"
#include "session.hpp"

namespace postern::imap {

namespace {
/// A client that announces so much after an error is closed instead of listened to.
constexpr std::uint64_t max_discarded = 1024 * 1024;
}  // namespace

Task<Result<void>> ServerSession::process_input() {
    while (!ending_ && !pending_) {
        const ReadStep read = reader_.feed(channel_.input());
        channel_.consume(read.consumed);
        if (read.event == ReadEvent::need_more) break;
        auto done = co_await step(read);
        if (!done) co_return done.error();
    }
    co_return Result<void>();
}

Task<Result<void>> ServerSession::step(ReadStep read) {
    Result<void> done;
    switch (read.event) {
        case ReadEvent::literal_offered:
            done = co_await accept_literal(read.literal);
            break;
        case ReadEvent::literal_chunk:
            streamed_.back()->append(read.chunk);
            break;
        case ReadEvent::command:
            done = co_await execute(read.command);
            break;
        case ReadEvent::error:
            reader_error(read.error);
            done = co_await drain();
            break;
        case ReadEvent::literal_end:
        case ReadEvent::line:
        case ReadEvent::need_more:
            break;
    }
    co_return done;
}

LiteralDecision ServerSession::decide_literal(const LiteralOffer& offer) {
    Command begun;
    begun.tag = offer.tag;
    begun.text = offer.text;
    begun.literals = offer.literals;
    ArgumentCursor args(begun, features_.lexical);
    const Route way = route(args);
    if (auto refusal = refuse(way)) {
        LiteralDecision decision;
        decision.kind = LiteralDecision::Kind::refuse;
        decision.refusal = std::move(*refusal);
        return decision;
    }
    return way.handler->literal(*this, offer, args);
}

Task<Result<void>> ServerSession::accept_literal(LiteralOffer offer) {
    LiteralDecision decision = decide_literal(offer);
    LiteralAnswer answer = LiteralAnswer::refused;
    switch (decision.kind) {
        case LiteralDecision::Kind::buffer:
            answer = reader_.accept_buffered();
            break;
        case LiteralDecision::Kind::stream:
            answer = reader_.accept_streamed();
            if (answer == LiteralAnswer::refused) break;
            streamed_.resize(offer.index + 1);
            streamed_[offer.index] = std::make_shared<std::string>();
            streamed_[offer.index]->reserve(offer.size);
            channel_.expect_bulk(true);
            break;
        case LiteralDecision::Kind::refuse:
            reader_.refuse(decision.refusal.text);
            refusal_ = std::move(decision.refusal);
            break;
    }
    if (answer != LiteralAnswer::send_continuation) co_return Result<void>();
    writer().continue_request("Go ahead");
    auto sent = co_await flush();
    co_return sent;
}

void ServerSession::reader_error(const ReadError& error) {
    streamed_.clear();
    channel_.expect_bulk(false);
    if (error.fault == ReadFault::literal_refused && refusal_) {
        const bool bad = refusal_->condition == CommandResult::Condition::bad;
        writer().status(error.tag, bad ? "BAD" : "NO", refusal_->code, refusal_->text);
        refusal_.reset();
        if (bad) count_bad();
    } else if (error.fault == ReadFault::literal_too_large) {
        writer().status(error.tag, "NO", "TOOBIG", error.text);
    } else if (error.fault == ReadFault::literal_must_wait) {
        writer().status(error.tag, "BAD", "TOOBIG", error.text);
        count_bad();
    } else {
        writer().status(error.tag, "BAD", "", error.text);
        count_bad();
    }
    if (error.discarding > max_discarded) {
        writer().status("", "BYE", "", "Too much to skip after an error");
        ending_ = true;
    }
}

void ServerSession::count_bad() {
    const unsigned limit = server_.settings().bad_commands / (state_ == State::not_authenticated ? 4 : 1);
    if (++bad_ < limit || ending_) return;
    writer().status("", "BYE", "", "Too many bad commands");
    ending_ = true;
}

void ServerSession::discard_input() {
    channel_.discard_input();
    reader_.reset();
}

Task<Result<std::string>> ServerSession::read_line(std::size_t max, std::chrono::seconds timeout) {
    std::string line;
    for (;;) {
        const ReadStep read = reader_.feed_line(channel_.input());
        if (read.event == ReadEvent::line) {
            line.assign(read.chunk);
            channel_.consume(read.consumed);
            if (line.size() > max) co_return Error(Errc::too_large, "the line is too long");
            co_return line;
        }
        channel_.consume(read.consumed);
        if (read.event == ReadEvent::error) co_return Error(Errc::too_large, "the line is too long");
        auto received = co_await channel_.receive(timeout);
        if (!received) co_return received.error();
        if (!*received) co_return Error(Errc::cancelled, "the client went away");
    }
}

Task<Wake> ServerSession::wait(std::chrono::seconds timeout) {
    mail::View* view = selected_ && wanted_updates().messages ? selected_->view.get() : nullptr;
    connection().set_deadline(std::max(server_.settings().autologout, timeout + std::chrono::seconds(1)));
    const Rest rest(*this);
    const Wake wake = co_await channel_.wait(view, true, timeout);
    co_return wake;
}

bool ServerSession::has_untold() {
    if (has_more()) return true;
    if (!selected_) return false;
    const SelectedUpdates wanted = wanted_updates();
    return wanted.messages && selected_->view->has_changes(wanted.at_once);
}

Task<Wake> ServerSession::wait_between_commands(bool also_changes) {
    // What happened while the last command ended, or between two pieces of the next one.
    if (also_changes && has_untold()) co_return Wake::changes;
    const SelectedUpdates wanted = wanted_updates();
    mail::View* view = also_changes && selected_ && wanted.messages ? selected_->view.get() : nullptr;
    const std::chrono::seconds timeout = patience();
    connection().set_deadline(std::max(server_.settings().autologout, timeout + std::chrono::seconds(1)));
    const Rest rest(*this);
    const Wake wake = co_await channel_.wait(view, wanted.at_once, timeout);
    co_return wake;
}

}  // namespace postern::imap
