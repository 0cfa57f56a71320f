#include "connector-imap/responses.hpp"

#include <algorithm>
#include <charconv>

#include "postern/imap/date_time.hpp"
#include "postern/imap/flags.hpp"
#include "postern/imap/lexical.hpp"
#include "postern/mail/types.hpp"

namespace postern::imap_client {

using imap::ArgumentCursor;

namespace {

constexpr std::size_t max_keywords = 200;  ///< of one message
constexpr std::size_t max_copied = 1'000'000;

/// A cursor that begins at `head`'s data.
ArgumentCursor data_of(const Response& response, const DataHead& head) {
    ArgumentCursor cursor = response.cursor();
    cursor.rewind(std::min(head.rest, response.text.size()));
    return cursor;
}

std::string_view run_until(ArgumentCursor& cursor, std::string_view stops) {
    const std::string_view rest = cursor.rest();
    const std::string_view word = rest.substr(0, std::min(rest.find_first_of(stops), rest.size()));
    cursor.rewind(cursor.position() + word.size());
    return word;
}

std::optional<std::uint32_t> narrow(std::optional<std::uint64_t> number) {
    if (!number || *number > 0xffffffffU) return std::nullopt;
    return static_cast<std::uint32_t>(*number);
}

/// BODY[...] with an optional origin, the name of a FETCH item.
std::string item_name(ArgumentCursor& cursor) {
    std::string name = imap::to_upper(run_until(cursor, " ()["));
    if (cursor.peek() != '[') return name;
    name += run_until(cursor, "]");
    cursor.skip(']');
    name += ']';
    run_until(cursor, " )");
    return name;
}

bool take_body(Response& response, ArgumentCursor& cursor, FetchData& out) {
    out.has_body = true;
    if (cursor.at_literal()) {
        auto literal = cursor.literal();
        if (!literal) return false;
        if (literal->streamed) {
            out.body = std::move(response.large[literal->index]);
        } else {
            out.body = std::string(literal->data);
        }
        return true;
    }
    auto text = cursor.nstring();
    if (!text) return false;
    if (*text) out.body = std::string(**text);
    return true;
}

bool take_item(Response& response, ArgumentCursor& cursor, FetchData& out) {
    const std::string name = item_name(cursor);
    if (name.empty() || !cursor.skip_space()) return false;
    if (name == "UID") {
        auto uid = cursor.number();
        if (uid) out.uid = *uid;
        return bool(uid);
    }
    if (name == "FLAGS") {
        out.flags = parse_flags(cursor);
        return true;
    }
    if (name == "RFC822.SIZE") {
        auto size = cursor.number64();
        if (size) out.size = *size;
        return bool(size);
    }
    if (name == "INTERNALDATE") {
        auto text = cursor.string();
        if (!text) return false;
        // A date that makes no sense is no date.
        if (const auto date = imap::parse_date_time(*text)) out.date = date->utc;
        return true;
    }
    if (name == "MODSEQ") {
        if (!cursor.skip('(')) return false;
        auto modseq = cursor.number64();
        if (modseq) out.modseq = *modseq;
        return modseq && cursor.skip(')');
    }
    if (name.starts_with("BODY[") || name == "RFC822.HEADER") return take_body(response, cursor, out);
    return bool(cursor.value());
}

bool take_status_item(ArgumentCursor& cursor, MailboxStatus& out) {
    const std::string name = imap::to_upper(run_until(cursor, " ()"));
    if (name.empty() || !cursor.skip_space()) return false;
    if (!imap::is_digit(cursor.peek())) return bool(cursor.value());
    auto value = cursor.number64();
    if (!value) return false;
    const auto small = narrow(*value).value_or(0);
    if (name == "UIDVALIDITY") out.uidvalidity = small;
    if (name == "UIDNEXT") out.uidnext = small;
    if (name == "MESSAGES") out.messages = small;
    if (name == "UNSEEN") out.unseen = small;
    if (name == "HIGHESTMODSEQ") out.modseq = *value;
    return true;
}

/// The numbers of a uid-set in the order in which they are written (RFC 4315 section 3).
std::optional<std::vector<std::uint32_t>> numbers_in_order(std::string_view text) {
    std::vector<std::uint32_t> out;
    while (!text.empty()) {
        const std::size_t comma = std::min(text.find(','), text.size());
        const std::string_view part = text.substr(0, comma);
        text.remove_prefix(std::min(comma + 1, text.size()));
        const std::size_t colon = part.find(':');
        const auto first = narrow(parse_number(part.substr(0, colon)));
        const auto last =
            colon == std::string_view::npos ? first : narrow(parse_number(part.substr(colon + 1)));
        if (!first || !last || *first == 0 || *last == 0) return std::nullopt;
        const std::uint32_t low = std::min(*first, *last);
        const std::uint32_t high = std::max(*first, *last);
        if (high - low >= max_copied || out.size() + (high - low) >= max_copied) return std::nullopt;
        for (std::uint32_t n = low; n < high; ++n) out.push_back(n);
        out.push_back(high);
    }
    return out;
}

}  // namespace

std::optional<std::uint64_t> parse_number(std::string_view text) {
    std::uint64_t value = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || parsed.ec != std::errc() || parsed.ptr != text.data() + text.size())
        return std::nullopt;
    return value;
}

std::string lower(std::string_view text) {
    std::string out;
    for (const char c : text) out += imap::ascii_lower(c);
    return out;
}

std::vector<std::string_view> words_of(std::string_view text) {
    std::vector<std::string_view> out;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(' '), text.size());
        if (end > 0) out.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

std::optional<Status> parse_status(std::string_view text) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string word = imap::to_upper(text.substr(0, end));
    Status status;
    if (word == "OK") {
        status.kind = Status::Kind::ok;
    } else if (word == "NO") {
        status.kind = Status::Kind::no;
    } else if (word == "BAD") {
        status.kind = Status::Kind::bad;
    } else if (word == "BYE") {
        status.kind = Status::Kind::bye;
    } else if (word == "PREAUTH") {
        status.kind = Status::Kind::preauth;
    } else {
        return std::nullopt;
    }
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::size_t close = text.starts_with('[') ? text.find(']') : std::string_view::npos;
    if (close != std::string_view::npos) {
        const std::string_view code = text.substr(1, close - 1);
        const std::size_t blank = std::min(code.find(' '), code.size());
        status.code = imap::to_upper(code.substr(0, blank));
        status.argument = std::string(code.substr(std::min(blank + 1, code.size())));
        text.remove_prefix(close + 1);
        if (text.starts_with(' ')) text.remove_prefix(1);
    }
    status.text = std::string(text);
    return status;
}

std::optional<DataHead> parse_head(const Response& response) {
    if (response.kind != Response::Kind::untagged) return std::nullopt;
    const std::string_view text = response.text;
    DataHead head;
    std::size_t at = 0;
    if (!text.empty() && imap::is_digit(text[0])) {
        at = std::min(text.find(' '), text.size());
        const auto number = narrow(parse_number(text.substr(0, at)));
        if (!number || at == text.size()) return std::nullopt;
        head.number = *number;
        ++at;
    }
    const std::size_t end = std::min(text.find(' ', at), text.size());
    head.name = imap::to_upper(text.substr(at, end - at));
    head.rest = std::min(end + 1, text.size());
    if (head.name.empty()) return std::nullopt;
    return head;
}

RemoteFlags parse_flags(ArgumentCursor& cursor) {
    RemoteFlags out;
    cursor.skip('(');
    while (!cursor.at_end() && cursor.peek() != ')') {
        const std::string_view word = run_until(cursor, " )");
        if (const auto system = imap::parse_system_flag(word)) {
            // \Recent is of the session; the other bits are the mail model's.
            out.bits |= static_cast<std::uint8_t>(*system & ~imap::flag_recent);
        } else if (imap::is_keyword(word) && out.keywords.size() < max_keywords) {
            out.keywords.emplace_back(word);
        }
        if (!cursor.skip_space()) break;
    }
    cursor.skip(')');
    return out;
}

std::optional<FetchData> parse_fetch(Response& response, const DataHead& head) {
    FetchData out;
    out.number = head.number;
    ArgumentCursor cursor = data_of(response, head);
    if (!cursor.skip('(')) return std::nullopt;
    while (cursor.peek() != ')') {
        if (cursor.at_end() || !take_item(response, cursor, out)) return std::nullopt;
        cursor.skip_space();
    }
    return out;
}

bool ListData::has(std::string_view attribute) const {
    return std::find(attributes.begin(), attributes.end(), attribute) != attributes.end();
}

std::optional<ListData> parse_list(const Response& response, const DataHead& head) {
    ListData out;
    ArgumentCursor cursor = data_of(response, head);
    if (!cursor.skip('(')) return std::nullopt;
    while (!cursor.at_end() && cursor.peek() != ')') {
        out.attributes.push_back(lower(run_until(cursor, " )")));
        cursor.skip_space();
    }
    if (!cursor.skip(')') || !cursor.skip_space()) return std::nullopt;
    auto delimiter = cursor.nstring();
    if (!delimiter || !cursor.skip_space()) return std::nullopt;
    if (*delimiter && !(*delimiter)->empty()) out.delimiter = (**delimiter)[0];
    if (cursor.at_string()) {
        auto name = cursor.string();
        if (!name) return std::nullopt;
        out.name = std::string(*name);
    } else {
        // Servers write names bare that are no atoms ("Drafts(1)"): only what is extended begins with a blank.
        out.name = std::string(run_until(cursor, " "));
    }
    if (out.name.empty()) return std::nullopt;
    return out;
}

std::optional<MailboxStatus> parse_mailbox_status(const Response& response, const DataHead& head) {
    MailboxStatus out;
    ArgumentCursor cursor = data_of(response, head);
    if (cursor.at_string()) {
        auto name = cursor.string();
        if (!name) return std::nullopt;
        out.name = std::string(*name);
    } else {
        out.name = std::string(run_until(cursor, " "));
    }
    if (!cursor.skip_space() || !cursor.skip('(')) return std::nullopt;
    while (cursor.peek() != ')') {
        if (cursor.at_end() || !take_status_item(cursor, out)) return std::nullopt;
        cursor.skip_space();
    }
    return out;
}

std::optional<imap::NumberSet> parse_search(const Response& response, const DataHead& head) {
    std::string_view rest = std::string_view(response.text).substr(head.rest);
    if (head.name == "SEARCH") {
        std::vector<std::uint32_t> numbers;
        for (const auto word : words_of(rest)) {
            const auto number = narrow(parse_number(word));
            if (!number || *number == 0) break;  // "(MODSEQ 12)" may end it
            numbers.push_back(*number);
        }
        return imap::NumberSet::from_numbers(std::move(numbers));
    }
    if (rest.starts_with('(')) rest.remove_prefix(std::min(rest.find(')') + 1, rest.size()));
    const auto words = words_of(rest);
    for (std::size_t i = 0; i + 1 < words.size(); ++i) {
        if (!imap::equals_ignore_case(words[i], "ALL")) continue;
        auto set = imap::NumberSet::parse(words[i + 1]);
        if (!set) return std::nullopt;
        return std::move(*set);
    }
    return imap::NumberSet();
}

std::optional<Vanished> parse_vanished(const Response& response, const DataHead& head) {
    Vanished out;
    for (const auto word : words_of(std::string_view(response.text).substr(head.rest))) {
        if (imap::equals_ignore_case(word, "(EARLIER)")) {
            out.earlier = true;
            continue;
        }
        auto set = imap::NumberSet::parse(word);
        if (!set) return std::nullopt;
        out.uids = std::move(*set);
        return out;
    }
    return std::nullopt;
}

std::optional<Namespaces> parse_namespaces(const Response& response, const DataHead& head) {
    ArgumentCursor cursor = data_of(response, head);
    Namespaces out;
    for (int group = 0; group < 3; ++group) {
        if (group > 0 && !cursor.skip_space()) return std::nullopt;
        auto list = cursor.value();
        if (!list) return std::nullopt;
        for (std::size_t i = 0; i < list->items.size(); ++i) {
            const auto& entry = list->items[i].items;
            if (entry.size() < 2) return std::nullopt;
            if (group == 0 && i == 0) {
                out.prefix = entry[0].text;
                if (!entry[1].text.empty()) out.delimiter = entry[1].text[0];
            } else if (group > 0 && !entry[0].text.empty()) {
                out.others.push_back(entry[0].text);
            }
        }
    }
    return out;
}

std::optional<CopiedUids> parse_copyuid(std::string_view argument) {
    const auto words = words_of(argument);
    if (words.size() != 3) return std::nullopt;
    const auto uidvalidity = narrow(parse_number(words[0]));
    const auto from = numbers_in_order(words[1]);
    const auto to = numbers_in_order(words[2]);
    if (!uidvalidity || !from || !to || from->size() != to->size()) return std::nullopt;
    CopiedUids out;
    out.uidvalidity = *uidvalidity;
    for (std::size_t i = 0; i < from->size(); ++i) out.uids.emplace_back((*from)[i], (*to)[i]);
    return out;
}

std::optional<std::pair<std::uint32_t, std::uint32_t>> parse_appenduid(std::string_view argument) {
    const auto words = words_of(argument);
    if (words.size() != 2) return std::nullopt;
    const auto uidvalidity = narrow(parse_number(words[0]));
    const auto uid = narrow(parse_number(words[1]));
    if (!uidvalidity || !uid || *uid == 0) return std::nullopt;
    return std::make_pair(*uidvalidity, *uid);
}

}  // namespace postern::imap_client
