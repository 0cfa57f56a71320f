// Address lists (RFC 5322 section 3.4 and 4.4; group and route syntax; what broken senders write).
#include "postern/mime/address.hpp"

#include <algorithm>
#include <utility>

#include "mime/ascii.hpp"

namespace postern::mime {

namespace {

constexpr bool is_special(char c) noexcept {
    constexpr std::string_view specials = "()<>[]:;@\\,\"";
    return specials.find(c) != std::string_view::npos;
}

/// Reads one field value from left to right; never goes back.
class AddressReader {
public:
    AddressReader(std::string_view value, std::size_t limit) : s_(value), limit_(limit) {}

    std::vector<Address> run() {
        while (i_ < s_.size() && out_.size() < limit_) read_entry();
        if (in_group_) end_group();
        return std::move(out_);
    }

private:
    void read_entry();
    void read_word(std::string& words);
    void read_quoted(std::string& words);
    void read_comment();
    void read_angle();
    void read_named_angle();
    void read_domain(std::string& host, bool in_angle);
    void read_local(std::string& local);
    void finish_mailbox();
    void begin_group();
    void end_group();

    void gap(std::string& words) const {
        if (space_ && !words.empty()) words += ' ';
    }
    /// Length of an encoded-word at i_, or 0. It may hold specials, against RFC 2047 section 5.
    std::size_t encoded_word() const noexcept;

    std::string_view s_;
    std::size_t limit_;
    std::size_t i_ = 0;
    std::vector<Address> out_;
    bool in_group_ = false;

    // The entry being read.
    Address entry_;
    std::string words_;    ///< phrase or local part: not known yet which
    std::string comment_;  ///< text of the last comment
    bool space_ = false;   ///< white space or a comment came before the next token
    bool complete_ =
        false;  ///< an address was read; what follows up to the comma is dropped, but for comments
};

std::size_t AddressReader::encoded_word() const noexcept {
    constexpr std::size_t longest = 200;
    const std::string_view rest = s_.substr(i_, longest);
    if (!rest.starts_with("=?")) return 0;
    int marks = 0;
    for (std::size_t k = 2; k < rest.size() && !is_space(rest[k]); ++k) {
        if (rest[k] != '?') continue;
        if (++marks == 3) return k + 1 < rest.size() && rest[k + 1] == '=' ? k + 2 : 0;
    }
    return 0;
}

void AddressReader::read_word(std::string& words) {
    gap(words);
    space_ = false;
    std::size_t length = encoded_word();
    if (length == 0) {
        length = 1;  // a special that is out of place is taken as text
        while (i_ + length < s_.size() && !is_special(s_[i_ + length]) && !is_space(s_[i_ + length]))
            ++length;
    }
    words.append(s_.substr(i_, length));
    i_ += length;
}

void AddressReader::read_quoted(std::string& words) {
    gap(words);
    space_ = false;
    for (++i_; i_ < s_.size() && s_[i_] != '"'; ++i_) {
        if (s_[i_] == '\\' && i_ + 1 < s_.size()) {
            words += s_[++i_];
        } else if (s_[i_] != '\n' && !(s_[i_] == '\r' && i_ + 1 < s_.size() && s_[i_ + 1] == '\n')) {
            words += s_[i_];
        }
    }
    if (i_ < s_.size()) ++i_;
}

void AddressReader::read_comment() {
    const std::size_t end = skip_comment(s_, i_);
    std::string_view inner = s_.substr(i_ + 1, end - i_ - 1);
    if (inner.ends_with(')')) inner.remove_suffix(1);
    comment_.clear();
    for (std::size_t k = 0; k < inner.size(); ++k) {
        if (inner[k] == '\\' && k + 1 < inner.size()) {
            comment_ += inner[++k];
        } else if (inner[k] != '\n' && !(inner[k] == '\r' && k + 1 < inner.size() && inner[k + 1] == '\n')) {
            comment_ += inner[k];
        }
    }
    i_ = end;
    space_ = true;
}

// After '@' or within '<...>': up to what cannot be part of a domain. White space and comments within are dropped
// (obsolete syntax), but outside of '<...>' a word after white space is not.
void AddressReader::read_domain(std::string& host, bool in_angle) {
    bool after_dot = true;
    while (i_ < s_.size()) {
        const char c = s_[i_];
        if (c == '[') {
            const std::size_t end = std::min(s_.find_first_of("]>", i_), s_.size());
            host.append(s_.substr(i_, end - i_));
            i_ = end;
            if (i_ < s_.size() && s_[i_] == ']') host += ']', ++i_;
            after_dot = false;
        } else if (c == '(') {
            read_comment();
        } else if (is_space(c)) {
            const std::size_t next = skip_cfws(s_, i_);
            if (!in_angle && !after_dot && next < s_.size() && s_[next] != '.' && s_[next] != '(') {
                return;
            }
            ++i_;
        } else if (c == '>' || c == ',' || c == ';' || c == '<' || c == '"' || (c == ':' && in_angle)) {
            return;
        } else {
            host += c;
            after_dot = c == '.';
            ++i_;
        }
    }
}

// Local part within '<...>', up to '@' or the end of the address.
void AddressReader::read_local(std::string& local) {
    space_ = false;
    while (i_ < s_.size()) {
        const char c = s_[i_];
        if (c == '@' || c == '>' || c == ',') return;
        if (c == '"') {
            read_quoted(local);
        } else if (c == '(') {
            read_comment();
        } else if (is_space(c)) {
            ++i_;
        } else {
            local += c;
            ++i_;
        }
        space_ = false;
    }
}

// "<" [route ":"] local "@" domain ">"
void AddressReader::read_angle() {
    ++i_;
    i_ = skip_cfws(s_, i_);
    if (i_ < s_.size() && s_[i_] == '@') {
        while (i_ < s_.size() && (s_[i_] == '@' || s_[i_] == ',')) {
            entry_.route += s_[i_++];
            read_domain(entry_.route, true);
        }
        if (i_ < s_.size() && s_[i_] == ':') ++i_;
    }
    read_local(entry_.mailbox);
    if (i_ < s_.size() && s_[i_] == '@') {
        ++i_;
        read_domain(entry_.host, true);
    }
    if (i_ < s_.size() && s_[i_] == '>') ++i_;
    complete_ = true;
}

// What came before "<" is the name, even if it looks like an address: "a@b <c@d>".
void AddressReader::read_named_angle() {
    const Address before = std::exchange(entry_, Address{});
    if (complete_) words_ = before.mailbox + (before.host.empty() ? "" : "@" + before.host);
    const bool was_complete = complete_;
    entry_.has_name = !words_.empty();
    entry_.name = std::move(words_);
    words_.clear();
    read_angle();
    if (was_complete && entry_.mailbox.empty() && entry_.host.empty()) entry_ = before;  // "a@b <>"
}

void AddressReader::finish_mailbox() {
    const bool something = complete_ || !words_.empty();
    if (something) {
        if (!complete_) entry_.mailbox = std::move(words_);
        if (!entry_.has_name && !comment_.empty()) {
            entry_.name = std::move(comment_);
            entry_.has_name = true;
        }
        out_.push_back(std::move(entry_));
    }
    entry_ = Address{};
    words_.clear();
    comment_.clear();
    complete_ = false;
    space_ = false;
}

void AddressReader::begin_group() {
    entry_.kind = AddressKind::group_begin;
    entry_.name = std::move(words_);
    entry_.has_name = true;
    out_.push_back(std::move(entry_));
    entry_ = Address{};
    words_.clear();
    comment_.clear();
    in_group_ = true;
}

void AddressReader::end_group() {
    Address end;
    end.kind = AddressKind::group_end;
    out_.push_back(std::move(end));
    in_group_ = false;
}

void AddressReader::read_entry() {
    while (i_ < s_.size()) {
        const char c = s_[i_];
        if (is_space(c)) {
            space_ = true;
            ++i_;
        } else if (c == ',') {
            ++i_;
            return finish_mailbox();
        } else if (c == ';') {  // also a separator where no group is open, as some senders have it
            ++i_;
            finish_mailbox();
            if (in_group_) end_group();
            return;
        } else if (c == '(') {
            read_comment();
        } else if (c == '<') {
            read_named_angle();
        } else if (c == '@' && !complete_ && !words_.empty()) {
            ++i_;
            entry_.mailbox = std::move(words_);
            words_.clear();
            read_domain(entry_.host, false);
            complete_ = true;
        } else if (c == ':' && !complete_ && !in_group_ && !words_.empty()) {
            ++i_;
            begin_group();
        } else {
            std::string dropped;
            std::string& words = complete_ ? dropped : words_;
            if (c == '"') {
                read_quoted(words);
            } else {
                read_word(words);
            }
        }
    }
    finish_mailbox();
}

}  // namespace

std::vector<Address> parse_addresses(std::string_view value, std::size_t limit) {
    return AddressReader(value, limit).run();
}

}  // namespace postern::mime
