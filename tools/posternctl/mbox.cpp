#include "tools/posternctl/mbox.hpp"

#include <algorithm>
#include <charconv>
#include <ctime>

#include "postern/mime/date.hpp"
#include "postern/mime/header.hpp"

namespace posternctl {

using namespace postern;
using mime::equal_ascii_nocase;

namespace {

constexpr std::string_view from_line = "From ";

/// "From ", ">From ", ">>From "
bool looks_like_from(std::string_view line) {
    const std::size_t quotes = std::min(line.find_first_not_of('>'), line.size());
    return line.substr(quotes).starts_with(from_line);
}

struct Letter {
    char letter;
    mail::FlagBits flag;
};
constexpr Letter status_letters[] = {
    {'A', mail::answered}, {'F', mail::flagged}, {'D', mail::deleted}, {'T', mail::draft}};

std::string show_date(UnixTime date) {
    const auto seconds = static_cast<std::time_t>(date);
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    char text[40];
    std::strftime(text, sizeof text, "%a %b %e %H:%M:%S %Y", &parts);
    return text;
}

/// All three always: what an older mbox left in the header is then told apart from them.
std::string status_fields(const FiledMail& mail) {
    std::string out = (mail.flags & mail::seen) != 0 ? "Status: RO\nX-Status: " : "Status: O\nX-Status: ";
    for (const auto& [letter, flag] : status_letters) {
        if ((mail.flags & flag) != 0) out += letter;
    }
    out += "\nX-Keywords:";
    for (const std::string& keyword : mail.keywords) out += ' ' + keyword;
    return out + '\n';
}

/// The address of Return-Path or, without one, a name that nobody has.
std::string sender_of(std::string_view header) {
    std::string_view path = mime::first_value(header, "Return-Path");
    if (path.size() < 3 || path.front() != '<' || path.back() != '>') return "MAILER-DAEMON";
    path = path.substr(1, path.size() - 2);
    const bool plain = std::all_of(path.begin(), path.end(), [](char c) { return c > 0x20 && c != 0x7f; });
    return plain ? std::string(path) : "MAILER-DAEMON";
}

void read_words(std::string_view value, FiledMail& mail) {
    while (!value.empty()) {
        const std::size_t end = std::min(value.find_first_of(" \t\r\n"), value.size());
        add_keyword(mail, value.substr(0, end));
        value.remove_prefix(std::min(end + 1, value.size()));
    }
}

enum class Meaning { none, status, x_status, x_keywords, beside };

Meaning meaning_of(std::string_view name) {
    if (equal_ascii_nocase(name, "Status")) return Meaning::status;
    if (equal_ascii_nocase(name, "X-Status")) return Meaning::x_status;
    if (equal_ascii_nocase(name, "X-Keywords")) return Meaning::x_keywords;
    for (const char* other : {"Content-Length", "Lines", "X-UID", "X-IMAPbase"}) {
        if (equal_ascii_nocase(name, other)) return Meaning::beside;
    }
    return Meaning::none;
}

void apply_field(const mime::Field& field, FiledMail& mail) {
    switch (meaning_of(field.name)) {
        case Meaning::status:
            if (field.value.find('R') != std::string_view::npos) mail.flags |= mail::seen;
            break;
        case Meaning::x_status:
            for (const auto& [letter, flag] : status_letters) {
                if (field.value.find(letter) != std::string_view::npos) mail.flags |= flag;
            }
            break;
        case Meaning::x_keywords:
            read_words(field.value, mail);
            break;
        default:
            break;
    }
}

/// How many of the last fields are of the mbox and not of the message: each of the three at most once, the first of them at the
/// beginning, others that stand beside them between and behind.
std::size_t count_status_fields(const std::vector<mime::Field>& fields) {
    std::size_t count = 0;
    std::vector<Meaning> seen;
    for (std::size_t i = 1; i <= fields.size(); ++i) {
        const Meaning meaning = meaning_of(fields[fields.size() - i].name);
        if (meaning == Meaning::none) break;
        if (meaning == Meaning::beside) continue;
        if (std::find(seen.begin(), seen.end(), meaning) != seen.end()) break;
        seen.push_back(meaning);
        count = i;
    }
    return count;
}

constexpr unsigned mozilla_read = 1, mozilla_replied = 2, mozilla_marked = 4, mozilla_expunged = 8;
constexpr unsigned mozilla_forwarded = 0x1000;

/// Thunderbird keeps its flags at the beginning of the header. Answers how many fields are its own; false in `there` if it has
/// expunged the message.
std::size_t read_mozilla_fields(const std::vector<mime::Field>& fields, FiledMail& mail, bool& there) {
    std::size_t count = 0;
    for (const mime::Field& field : fields) {
        if (equal_ascii_nocase(field.name, "X-Mozilla-Keys")) {
            read_words(field.value, mail);
        } else if (equal_ascii_nocase(field.name, "X-Mozilla-Status")) {
            unsigned bits = 0;
            std::from_chars(field.value.data(), field.value.data() + field.value.size(), bits, 16);
            if ((bits & mozilla_read) != 0) mail.flags |= mail::seen;
            if ((bits & mozilla_replied) != 0) mail.flags |= mail::answered;
            if ((bits & mozilla_marked) != 0) mail.flags |= mail::flagged;
            if ((bits & mozilla_forwarded) != 0) add_keyword(mail, "$Forwarded");
            there = (bits & mozilla_expunged) == 0;
        } else if (!equal_ascii_nocase(field.name, "X-Mozilla-Status2")) {
            break;
        }
        ++count;
    }
    return count;
}

/// c-client keeps its own data in a first message that is none.
bool is_internal(const std::vector<mime::Field>& fields) {
    return std::any_of(fields.begin(), fields.end(),
                       [](const mime::Field& f) { return equal_ascii_nocase(f.name, "X-IMAP"); }) &&
           std::any_of(fields.begin(), fields.end(), [](const mime::Field& f) {
               return equal_ascii_nocase(f.name, "Subject") &&
                      f.value.starts_with("DON'T DELETE THIS MESSAGE");
           });
}

/// Nothing if it is not a message that was still there.
std::optional<FiledMail> read_message(std::string_view text, UnixTime date) {
    const std::size_t header_size = mime::header_length(text);
    std::vector<mime::Field> fields;
    mime::HeaderReader reader(text.substr(0, header_size));
    while (const mime::Field* field = reader.next()) fields.push_back(*field);
    if (is_internal(fields)) return std::nullopt;
    FiledMail out;
    out.date = date;
    std::string own;
    const std::size_t last = count_status_fields(fields);
    if (last > 0) {
        const auto first = fields.end() - static_cast<std::ptrdiff_t>(last);
        const auto begin = static_cast<std::size_t>(first->raw.data() - text.data());
        const auto end =
            static_cast<std::size_t>(fields.back().raw.data() + fields.back().raw.size() - text.data());
        for (auto field = first; field != fields.end(); ++field) apply_field(*field, out);
        own = text.substr(0, begin);
        own += text.substr(end);
    } else {
        bool there = true;
        const std::size_t count = read_mozilla_fields(fields, out, there);
        if (!there) return std::nullopt;
        own = text;
        if (count > 0) {
            const auto begin = static_cast<std::size_t>(fields[0].raw.data() - text.data());
            const mime::Field& end = fields[count - 1];
            own.erase(begin, static_cast<std::size_t>(end.raw.data() + end.raw.size() - text.data()) - begin);
        }
    }
    out.content = as_in_store(own);
    return out;
}

}  // namespace

std::string mbox_entry(const FiledMail& mail) {
    const std::string text = as_in_files(mail.content);
    const std::string_view header = std::string_view(text).substr(0, mime::header_length(text));
    mime::HeaderReader reader(header);
    while (reader.next() != nullptr) {
    }
    std::string out = std::string(from_line) + sender_of(header) + ' ' + show_date(mail.date) + '\n';
    const auto add_lines = [&out](std::string_view lines) {
        while (!lines.empty()) {
            const std::size_t end = std::min(lines.find('\n'), lines.size() - 1) + 1;
            if (looks_like_from(lines)) out += '>';
            out += lines.substr(0, end);
            lines.remove_prefix(end);
        }
        if (!out.ends_with('\n')) out += '\n';
    };
    const std::size_t fields_end = reader.position();
    add_lines(std::string_view(text).substr(0, fields_end));
    out += status_fields(mail);
    add_lines(std::string_view(text).substr(fields_end));
    return out + '\n';
}

std::optional<UnixTime> parse_from_line(std::string_view line) {
    if (!line.starts_with(from_line)) return std::nullopt;
    line.remove_prefix(from_line.size());
    // A local part may be quoted, with spaces in it.
    const std::size_t quote = line.starts_with('"') ? line.find('"', 1) : 0;
    const std::size_t space = quote == std::string_view::npos ? quote : line.find(' ', quote);
    if (space == std::string_view::npos) return std::nullopt;
    line.remove_prefix(space + 1);
    const std::size_t colon = line.find(':');
    const bool has_time = colon != std::string_view::npos && colon > 0 && colon + 1 < line.size() &&
                          line[colon - 1] >= '0' && line[colon - 1] <= '9';
    const auto date = has_time ? mime::parse_date(line) : std::nullopt;
    if (!date) return std::nullopt;
    return date->utc;
}

std::optional<FiledMail> MboxReader::line(std::string_view line) {
    const bool empty = line == "\n" || line == "\r\n";
    const bool after_empty_line = after_empty_line_;
    after_empty_line_ = empty;
    const auto date = after_empty_line ? parse_from_line(line) : std::nullopt;
    if (date) {
        auto finished = finish();
        in_message_ = true;
        after_empty_line_ = false;
        date_ = *date;
        return finished;
    }
    if (!in_message_) {
        strange_start_ = strange_start_ || !empty;
        return std::nullopt;
    }
    // One octet more than may be: finish() sees it.
    if (text_.size() > max_message_) return std::nullopt;
    text_ += line.starts_with('>') && looks_like_from(line) ? line.substr(1) : line;
    return std::nullopt;
}

std::optional<FiledMail> MboxReader::finish() {
    const bool open = in_message_;
    in_message_ = false;
    std::string text = std::move(text_);
    text_.clear();
    if (!open) return std::nullopt;
    if (text.size() > max_message_) {
        ++too_large_;
        return std::nullopt;
    }
    // The empty line between two messages is of neither.
    const std::string_view end = text.ends_with("\r\n") ? "\r\n" : "\n";
    const bool separated = text == end || std::string_view(text).ends_with("\n" + std::string(end));
    if (separated) text.resize(text.size() - end.size());
    return read_message(text, date_);
}

std::string mbox_file(std::string_view mailbox) {
    std::string out;
    for (const std::string_view level : split_name(mailbox, mail::hierarchy_delimiter)) {
        if (!out.empty()) out += '/';
        out += escape_level(level, Dots::leading);
    }
    return out + ".mbox";
}

std::string mbox_mailbox(std::string_view file) {
    if (file.ends_with(".mbox")) file.remove_suffix(5);
    std::string out;
    const auto levels = split_name(file, '/');
    for (std::size_t i = 0; i < levels.size(); ++i) {
        std::string_view level = levels[i];
        if (i + 1 < levels.size() && level.ends_with(".sbd")) level.remove_suffix(4);
        if (!out.empty()) out += mail::hierarchy_delimiter;
        out += unescape_level(level);
    }
    return out;
}

}  // namespace posternctl
