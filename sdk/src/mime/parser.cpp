// Structure: entities, boundaries, offsets (RFC 2046 section 5.1).
#include "mime/parser.hpp"

#include <algorithm>
#include <cstring>

#include "mime/ascii.hpp"

namespace postern::mime {

void Parser::run() {
    message_.parts.reserve(4);
    message_.fields.reserve(40);
    message_.parameters.reserve(8);
    parse_entity(no_part, false);
}

Parser::Stop Parser::end_of_input() const noexcept {
    return {.level = -1, .closing = false, .content_end = raw_.size(), .lines = lines_, .next = raw_.size()};
}

// The line at position_ starts with "--". A delimiter is "--", a boundary of an open multipart, perhaps "--", and blanks
// up to the line end. The innermost boundary that fits wins; an outer one ends all multiparts within.
bool Parser::match_delimiter(Stop& stop) const noexcept {
    const std::string_view rest = raw_.substr(position_ + 2);
    for (std::size_t level = boundaries_.size(); level-- > 0;) {
        const std::string_view boundary = boundaries_[level];
        if (!rest.starts_with(boundary)) continue;
        std::size_t i = boundary.size();
        const bool closing = rest.substr(i).starts_with("--");
        if (closing) i += 2;
        while (i < rest.size() && (is_blank(rest[i]) || rest[i] == '\r')) ++i;
        if (i < rest.size() && rest[i] != '\n') continue;
        stop.level = static_cast<int>(level);
        stop.closing = closing;
        stop.next = position_ + 2 + std::min(i + 1, rest.size());
        stop.content_end = position_;
        stop.lines = lines_;
        if (position_ > 0) {  // the line end before the delimiter is part of it
            stop.content_end -= position_ > 1 && raw_[position_ - 2] == '\r' ? 2 : 1;
            --stop.lines;
        }
        return true;
    }
    return false;
}

// Moves position_ over lines until a delimiter or the end; after a delimiter position_ is behind its line.
Parser::Stop Parser::scan_lines() {
    const char* const begin = raw_.data();
    const char* const end = begin + raw_.size();
    const char* p = begin + position_;
    Stop stop;
    while (p < end) {
        if (*p == '-' && end - p > 2 && p[1] == '-' && !boundaries_.empty()) {
            position_ = static_cast<std::size_t>(p - begin);
            if (match_delimiter(stop)) {
                position_ = stop.next;
                if (raw_[position_ - 1] == '\n') ++lines_;
                return stop;
            }
        }
        const void* lf = std::memchr(p, '\n', static_cast<std::size_t>(end - p));
        if (!lf) break;
        ++lines_;
        p = static_cast<const char*>(lf) + 1;
    }
    position_ = raw_.size();
    return end_of_input();
}

// Reads header lines up to and with the empty line. Returns true if a delimiter (or the end) came first: the part then
// has no body, and `stop` says what came.
bool Parser::parse_header(Part& part, Stop& stop) {
    const std::uint32_t lines_before = lines_;
    bool stopped = false;
    for (;;) {
        const std::size_t left = raw_.size() - position_;
        const char* line = raw_.data() + position_;
        if (left == 0) {
            stop = end_of_input();
            stopped = true;
            break;
        }
        if (left > 2 && line[0] == '-' && line[1] == '-' && !boundaries_.empty() && match_delimiter(stop)) {
            stopped = true;
            break;
        }
        const void* lf = std::memchr(line, '\n', left);
        position_ =
            lf ? static_cast<std::size_t>(static_cast<const char*>(lf) - raw_.data()) + 1 : raw_.size();
        if (lf) ++lines_;
        if (*line == '\n' || (*line == '\r' && left > 1 && line[1] == '\n')) break;
    }
    if (!stopped) {
        part.body_begin = position_;
        part.header_lines = lines_ - lines_before;
        return false;
    }
    part.body_begin = std::max<std::uint64_t>(part.header_begin, stop.content_end);
    part.header_lines = part.body_begin > part.header_begin ? stop.lines - lines_before : 0;
    if (stop.level >= 0) {
        position_ = stop.next;
        if (raw_[position_ - 1] == '\n') ++lines_;
    }
    return true;
}

// The part ends where the stop says, but not before its header does: of an empty body the line end before the delimiter is the
// header's empty line, though RFC 2046 counts it to the delimiter. The parts around it then end there, too.
void Parser::close_part(Part& part, Stop& stop, std::uint32_t lines_at_body) noexcept {
    if (stop.content_end <= part.body_begin) {
        stop.content_end = part.body_begin;
        stop.lines = lines_at_body;
    }
    part.body_end = stop.content_end;
    part.body_lines = stop.lines - lines_at_body;
}

Parser::Stop Parser::parse_entity(std::uint32_t parent, bool in_digest) {
    const auto index = static_cast<std::uint32_t>(message_.parts.size());
    Part part;
    part.header_begin = position_;
    part.parent = parent;
    part.depth = parent == no_part ? 0 : message_.parts[parent].depth + 1;
    Stop stop;
    const std::uint32_t lines_at_header = lines_;
    const bool header_only = parse_header(part, stop);
    const std::uint32_t lines_at_body = lines_at_header + part.header_lines;
    interpret_header(part, in_digest);
    decide_kind(part);
    message_.parts.push_back(part);
    if (header_only) {
        // Nothing follows: a multipart has no children here, an encapsulated message is empty.
        if (part.kind != PartKind::leaf) make_opaque(message_.parts[index], "text", "plain");
        close_part(message_.parts[index], stop, lines_at_body);
        return stop;
    }
    switch (part.kind) {
        case PartKind::leaf:
            stop = scan_lines();
            break;
        case PartKind::multipart:
            stop = parse_multipart(index);
            break;
        case PartKind::message:
            stop = parse_encapsulated(index);
            break;
    }
    close_part(message_.parts[index], stop, lines_at_body);
    return stop;
}

Parser::Stop Parser::parse_multipart(std::uint32_t index) {
    const int level = static_cast<int>(boundaries_.size());
    boundaries_.push_back(boundary_of(message_.parts[index]));
    const bool digest = equal_ascii_nocase(message_.parts[index].subtype, "digest");
    std::uint32_t last = no_part;
    Stop stop = scan_lines();  // the preamble
    while (stop.level == level) {
        if (stop.closing) {
            boundaries_.resize(static_cast<std::size_t>(level));
            stop = scan_lines();  // the epilogue
            break;
        }
        if (message_.parts.size() >= limits_.parts) {
            stop = scan_lines();
            continue;
        }
        const auto child = static_cast<std::uint32_t>(message_.parts.size());
        (last == no_part ? message_.parts[index].first_child : message_.parts[last].next_sibling) = child;
        ++message_.parts[index].child_count;
        last = child;
        stop = parse_entity(index, digest);
    }
    boundaries_.resize(static_cast<std::size_t>(level));
    Part& part = message_.parts[index];
    if (part.child_count == 0) {
        const bool limited = message_.parts.size() >= limits_.parts;
        make_opaque(part, limited ? "application" : "text", limited ? "octet-stream" : "plain");
    }
    return stop;
}

Parser::Stop Parser::parse_encapsulated(std::uint32_t index) {
    message_.parts[index].first_child = index + 1;
    message_.parts[index].child_count = 1;
    return parse_entity(index, false);
}

Message parse_message(std::string_view raw, const Limits& limits) {
    Message message;
    message.raw = raw;
    Parser(message, limits).run();
    return message;
}

}  // namespace postern::mime
