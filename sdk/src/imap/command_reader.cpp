#include "postern/imap/command_reader.hpp"

#include <algorithm>
#include <cassert>
#include <limits>

namespace postern::imap {

namespace {

/// Longer than any announcement of a literal can be.
constexpr std::size_t tail_size = 64;
/// A buffer that one large command blew up is given back.
constexpr std::size_t kept_capacity = 64 * 1024;

std::string_view without_line_end(std::string_view line) {
    if (!line.empty() && line.back() == '\n') line.remove_suffix(1);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    return line;
}

ReadStep step(ReadEvent event, std::size_t consumed) {
    ReadStep s;
    s.event = event;
    s.consumed = consumed;
    return s;
}

}  // namespace

CommandReader::CommandReader(LexicalFeatures features, ReaderLimits limits)
    : features_(features), limits_(limits) {}

/// `line` is without its end. A synchronising "{n}" counts only where a literal may stand; "{n+}" always, because its
/// octets are on their way whatever the line means (RFC 7888 section 3).
CommandReader::Announcement CommandReader::find_announcement(std::string_view line) {
    Announcement a;
    if (line.empty() || line.back() != '}') return a;
    std::size_t at = line.size() - 1;
    if (at > 0 && line[at - 1] == '+') {
        a.synchronising = false;
        --at;
    }
    const std::size_t digits_end = at;
    while (at > 0 && is_digit(line[at - 1])) --at;
    if (at == digits_end || at == 0 || line[at - 1] != '{') return a;
    for (std::size_t i = at; i < digits_end; ++i) {
        constexpr std::uint64_t largest = std::numeric_limits<std::int64_t>::max();
        const auto digit = static_cast<std::uint64_t>(line[i] - '0');
        if (a.size > (largest - digit) / 10) a.overflow = true;
        if (!a.overflow) a.size = a.size * 10 + digit;
    }
    a.begin = at - 1;
    if (a.begin > 0 && line[a.begin - 1] == '~') {
        a.literal8 = true;
        --a.begin;
    }
    const bool in_place = a.begin > 0 && (line[a.begin - 1] == ' ' || line[a.begin - 1] == '(');
    a.present = in_place || !a.synchronising;
    return a;
}

/// Of the tag at the start of the line; 0 if there is none. `line` may be the tag alone.
std::size_t CommandReader::tag_size(std::string_view line) {
    const auto end = std::find_if_not(line.begin(), line.end(), is_tag_char);
    return end == line.end() || *end == ' ' ? static_cast<std::size_t>(end - line.begin()) : 0;
}

ReadStep CommandReader::feed(std::string_view input) {
    if (seen_) begin_command();
    std::size_t done = 0;
    for (;;) {
        const std::string_view rest = input.substr(done);
        switch (state_) {
            case State::line:
                return feed_command_line(rest, done);
            case State::offered:
                return step(ReadEvent::need_more, done);
            case State::streamed:
                return feed_streamed(rest, done);
            case State::failed:
                return report(done);
            case State::buffered:
            case State::discard_literal: {
                const auto take = static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, rest.size()));
                if (state_ == State::buffered) buffer_.append(rest.substr(0, take));
                done += take;
                remaining_ -= take;
                if (remaining_ > 0) return step(ReadEvent::need_more, done);
                line_begin_ = buffer_.size();
                state_ = state_ == State::buffered ? State::line : State::discard_line;
                break;
            }
            case State::discard_line:
                if (!discard_line(rest, done)) return step(ReadEvent::need_more, done);
                break;
        }
    }
}

ReadStep CommandReader::feed_command_line(std::string_view input, std::size_t before) {
    const std::size_t end = input.find('\n');
    const std::size_t size = end == std::string_view::npos ? input.size() : end + 1;
    const bool too_long = buffer_.size() - line_begin_ + size > limits_.line;
    if (too_long || buffer_.size() + size > limits_.command) {
        const std::size_t kept = std::min(buffer_.size() - line_begin_, tail_size);
        tail_.assign(buffer_, buffer_.size() - kept);
        if (tag_size_ == 0) {
            // The answer should carry the tag even if the rest of the line is not looked at.
            if (buffer_.size() < tail_size) buffer_.append(input.substr(0, std::min(size, tail_size)));
            const std::size_t tag = tag_size(buffer_);
            if (tag < buffer_.size()) tag_size_ = tag;
        }
        after_failure_ = State::discard_line;
        return fail(too_long ? ReadFault::line_too_long : ReadFault::command_too_large,
                    too_long ? "command line too long" : "command too large", buffer_.size(), before);
    }
    if (end == std::string_view::npos) {
        buffer_.append(input);
        return step(ReadEvent::need_more, before + size);
    }
    if (buffer_.empty()) return complete_in_place(input.substr(0, size), before + size);
    buffer_.append(input.substr(0, size));
    return complete_buffered_line(before + size);
}

ReadStep CommandReader::complete_in_place(std::string_view line, std::size_t consumed) {
    const std::string_view content = without_line_end(line);
    const std::size_t tag = tag_size(content);
    if (tag == 0 || content.back() == '}') {
        buffer_.assign(line);
        return complete_buffered_line(consumed);
    }
    ReadStep s = step(ReadEvent::command, consumed);
    s.command.tag = content.substr(0, tag);
    s.command.text = content.substr(std::min(tag + 1, content.size()));
    return s;
}

ReadStep CommandReader::complete_buffered_line(std::size_t consumed) {
    const std::string_view content = without_line_end(std::string_view(buffer_).substr(line_begin_));
    pending_ = find_announcement(content);
    if (tag_size_ == 0) tag_size_ = tag_size(content);
    if (tag_size_ == 0) {
        after_bad_line(pending_);
        return fail(ReadFault::no_tag, "expected a tag", 0, consumed);
    }
    if (pending_.present) {
        pending_.begin += line_begin_;
        return offer(consumed);
    }
    buffer_.resize(line_begin_ + content.size());
    ReadStep s = step(ReadEvent::command, consumed);
    s.command.tag = std::string_view(buffer_).substr(0, tag_size_);
    s.command.text = std::string_view(buffer_).substr(std::min(tag_size_ + 1, buffer_.size()));
    s.command.literals = literals_;
    seen_ = true;
    return s;
}

ReadStep CommandReader::offer(std::size_t consumed) {
    const bool waited = pending_.synchronising;
    const auto refuse_now = [&](ReadFault fault, std::string text) {
        after_bad_line(pending_);
        return fail(fault, std::move(text), pending_.begin, consumed);
    };
    if (!waited && !features_.non_synchronising_literals) {
        return refuse_now(ReadFault::literal_not_allowed, "non-synchronising literals are not available");
    }
    if (pending_.literal8 && !features_.literal8) {
        return refuse_now(ReadFault::literal_not_allowed, "binary literals are not available");
    }
    if (pending_.overflow) return refuse_now(ReadFault::literal_too_large, "literal too large");
    const bool above =
        features_.non_synchronising_limit > 0 && pending_.size > features_.non_synchronising_limit;
    if (!waited && above)
        return refuse_now(ReadFault::literal_must_wait, "a literal of this size has to wait for \"+\"");
    if (literals_.size() >= limits_.literals) {
        return refuse_now(ReadFault::too_many_literals, "too many literals");
    }
    state_ = State::offered;
    ReadStep s = step(ReadEvent::literal_offered, consumed);
    s.literal.tag = std::string_view(buffer_).substr(0, tag_size_);
    s.literal.text = std::string_view(buffer_).substr(tag_size_ + 1, pending_.begin - tag_size_ - 1);
    s.literal.size = pending_.size;
    s.literal.index = literals_.size();
    s.literal.synchronising = waited;
    s.literal.literal8 = pending_.literal8;
    s.literal.literals = literals_;
    return s;
}

LiteralAnswer CommandReader::accept_buffered() {
    const std::uint64_t room = limits_.command > buffer_.size() ? limits_.command - buffer_.size() : 0;
    return accept(State::buffered, std::min(limits_.buffered_literal, room));
}

LiteralAnswer CommandReader::accept_streamed() {
    return accept(State::streamed, limits_.streamed_literal);
}

LiteralAnswer CommandReader::accept(State next, std::uint64_t limit) {
    assert(state_ == State::offered);
    if (pending_.size > limit) {
        refuse("literal too large", ReadFault::literal_too_large);
        return LiteralAnswer::refused;
    }
    const std::size_t text_begin = tag_size_ + 1;
    LiteralRef ref;
    ref.offset = pending_.begin - text_begin;
    ref.data = buffer_.size() - text_begin;
    ref.size = pending_.size;
    ref.streamed = next == State::streamed;
    ref.literal8 = pending_.literal8;
    literals_.push_back(ref);
    remaining_ = pending_.size;
    line_begin_ = buffer_.size();
    state_ = next;
    return pending_.synchronising ? LiteralAnswer::send_continuation : LiteralAnswer::proceed;
}

void CommandReader::refuse(std::string text, ReadFault fault) {
    assert(state_ == State::offered);
    after_bad_line(pending_);
    fault_ = fault;
    fault_text_ = std::move(text);
    fault_offset_ = pending_.begin;
    state_ = State::failed;
}

/// The octets of a non-synchronising literal come whatever we answer; after a synchronising one the client has
/// dropped the command as well (RFC 3501 section 7.5).
void CommandReader::after_bad_line(const Announcement& a) {
    const bool follows = a.present && !a.synchronising;
    remaining_ = !follows ? 0 : a.overflow ? std::numeric_limits<std::uint64_t>::max() : a.size;
    after_failure_ = follows ? State::discard_literal : State::line;
    tail_.clear();
}

ReadStep CommandReader::fail(ReadFault fault, std::string text, std::uint64_t offset, std::size_t consumed) {
    fault_ = fault;
    fault_text_ = std::move(text);
    fault_offset_ = offset;
    return report(consumed);
}

ReadStep CommandReader::report(std::size_t consumed) {
    state_ = after_failure_;
    seen_ = true;
    ReadStep s = step(ReadEvent::error, consumed);
    s.error.fault = fault_;
    s.error.tag = std::string_view(buffer_).substr(0, tag_size_);
    s.error.text = fault_text_;
    s.error.offset = fault_offset_;
    s.error.discarding = state_ == State::discard_literal ? remaining_ : 0;
    return s;
}

ReadStep CommandReader::feed_streamed(std::string_view input, std::size_t before) {
    if (remaining_ == 0) {
        state_ = State::line;
        return step(ReadEvent::literal_end, before);
    }
    if (input.empty()) return step(ReadEvent::need_more, before);
    const auto take = static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, input.size()));
    remaining_ -= take;
    ReadStep s = step(ReadEvent::literal_chunk, before + take);
    s.chunk = input.substr(0, take);
    return s;
}

bool CommandReader::discard_line(std::string_view input, std::size_t& done) {
    const std::size_t end = input.find('\n');
    const std::size_t size = end == std::string_view::npos ? input.size() : end + 1;
    const std::string_view line = input.substr(0, size);
    tail_.append(line.substr(size - std::min(size, tail_size)));
    if (tail_.size() > tail_size) tail_.erase(0, tail_.size() - tail_size);
    done += size;
    if (end == std::string_view::npos) return false;
    const Announcement a = raw_ ? Announcement{} : find_announcement(without_line_end(tail_));
    raw_ = false;
    after_bad_line(a);
    state_ = after_failure_;
    return true;
}

ReadStep CommandReader::feed_line(std::string_view input) {
    if (seen_) begin_command();
    std::size_t done = 0;
    if (state_ == State::discard_line && !discard_line(input, done)) return step(ReadEvent::need_more, done);
    assert(state_ == State::line && literals_.empty());
    const std::string_view rest = input.substr(done);
    const std::size_t end = rest.find('\n');
    const std::size_t size = end == std::string_view::npos ? rest.size() : end + 1;
    if (buffer_.size() + size > limits_.line) {
        raw_ = true;
        after_failure_ = State::discard_line;
        return fail(ReadFault::line_too_long, "line too long", buffer_.size(), done);
    }
    ReadStep s = step(end == std::string_view::npos ? ReadEvent::need_more : ReadEvent::line, done + size);
    if (end != std::string_view::npos && buffer_.empty()) {
        s.chunk = without_line_end(rest.substr(0, size));
        return s;
    }
    buffer_.append(rest.substr(0, size));
    if (s.event == ReadEvent::line) {
        s.chunk = without_line_end(buffer_);
        seen_ = true;
    }
    return s;
}

void CommandReader::begin_command() {
    seen_ = false;
    buffer_.clear();
    if (buffer_.capacity() > kept_capacity) buffer_.shrink_to_fit();
    literals_.clear();
    tag_size_ = 0;
    line_begin_ = 0;
    fault_text_.clear();
}

void CommandReader::reset() {
    begin_command();
    state_ = State::line;
    remaining_ = 0;
    raw_ = false;
    tail_.clear();
}

void CommandReader::release() {
    if (!idle()) return;
    begin_command();
    buffer_ = {};
    literals_ = {};
    tail_ = {};
    fault_text_ = {};
}

}  // namespace postern::imap
