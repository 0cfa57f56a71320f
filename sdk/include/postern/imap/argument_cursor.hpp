#pragma once
// Reads the arguments of a complete command, one production at a time (RFC 3501 section 9, RFC 4466).
#include <chrono>
#include <cstdint>
#include <forward_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "postern/export.hpp"
#include "postern/imap/command.hpp"
#include "postern/imap/date_time.hpp"
#include "postern/imap/flags.hpp"
#include "postern/imap/lexical.hpp"
#include "postern/imap/sequence_set.hpp"
#include "postern/imap/value.hpp"
#include "postern/result.hpp"

namespace postern::imap {

/// Walks over a command's text. Each reader takes one production at the current position; it does not skip spaces:
/// call space() between arguments, end() after the last.
///
/// Errors: Errc::protocol_violation is a syntax error, answered BAD, with a text such as "expected mailbox name at
/// position 12" (octets of the text after the tag, from 1). Errc::invalid is right syntax with a value that breaks a
/// rule, answered NO. After an error the cursor stays where the production began.
///
/// Returned views live as long as the cursor and the command. Not copyable; mark() and rewind() try alternatives.
class POSTERN_SDK ArgumentCursor {
public:
    static constexpr int default_max_depth = 32;

    explicit ArgumentCursor(const Command& command, const LexicalFeatures& features = {},
                            int max_depth = default_max_depth);
    /// Over text without literals.
    explicit ArgumentCursor(std::string_view text, const LexicalFeatures& features = {});
    ArgumentCursor(const ArgumentCursor&) = delete;
    ArgumentCursor& operator=(const ArgumentCursor&) = delete;
    ArgumentCursor(ArgumentCursor&&) = default;

    // Position
    std::size_t position() const { return pos_; }  ///< from 0, in Command::text
    bool at_end() const { return pos_ >= end_; }
    char peek() const { return at_end() ? '\0' : text_[pos_]; }
    std::size_t mark() const { return pos_; }
    void rewind(std::size_t mark) { pos_ = mark; }
    /// What is left.
    std::string_view rest() const { return text_.substr(pos_, end_ - pos_); }
    /// A cursor over [begin, end) of the same command, e.g. the value of a Parameter. Lives no longer than the command.
    ArgumentCursor sub(std::size_t begin, std::size_t end) const;
    const LexicalFeatures& features() const { return features_; }

    // Punctuation
    Result<void> space();  ///< exactly one SP
    bool skip_space();     ///< one SP if there is one
    Result<void> expect(char c);
    bool skip(char c);
    Result<void> end();  ///< nothing is left
    /// Inside a parenthesised list: true if ")" was taken, false if SP was taken and another element follows.
    Result<bool> list_end();

    // Words
    Result<std::string_view> atom();
    /// A keyword: an atom, in upper case.
    Result<std::string> keyword();
    /// The atom that follows, not taken; empty if none does. Ends at any octet that is not an ATOM-CHAR.
    std::string_view peek_atom() const;
    /// Takes the atom that follows if it equals `word` in any case.
    bool match_keyword(std::string_view word);
    Result<std::string_view> astring();
    Result<std::string_view> string();
    Result<std::optional<std::string_view>> nstring();
    Result<std::string_view> quoted();
    /// A literal of either form, buffered or streamed. `data` is empty if it was streamed.
    struct Literal {
        std::string_view data;
        std::uint64_t size = 0;
        std::size_t index = 0;  ///< counts the literals of the command from 0
        bool streamed = false;
        bool literal8 = false;
    };
    Result<Literal> literal();
    bool at_literal() const { return peek() == '{' || peek() == '~'; }
    bool at_string() const { return peek() == '"' || peek() == '{'; }
    /// list-mailbox: astring that may hold wildcards (RFC 3501 section 6.3.8).
    Result<std::string_view> list_mailbox();

    // Numbers
    Result<std::uint32_t> number();
    Result<std::uint32_t> nz_number();
    Result<std::uint64_t> number64();  ///< at most 2^63 - 1 (RFC 9051 section 9)
    Result<std::uint64_t> nz_number64();
    Result<SequenceSet> sequence_set();

    // Mail
    /// UTF-8; INBOX in upper case. Errc::invalid if the name does not decode.
    Result<std::string> mailbox();
    /// A flag a client may set: "\Recent" and "\*" are errors.
    Result<void> flag(Flags& into);
    /// "(" [flag *(SP flag)] ")"
    Result<Flags> flag_list();
    /// flag-list, or flags without parentheses up to the end (RFC 3501: store-att-flags).
    Result<Flags> flags();
    /// date, quoted or not.
    Result<std::chrono::year_month_day> date();
    /// date-time; always quoted.
    Result<DateTime> date_time();

    // Generic (RFC 4466, RFC 5258)
    /// Any atom (also "\Flag", number, set), string, NIL or list.
    Result<Value> value();
    /// "(" [NAME [SP value] *(SP NAME [SP value])] ")". What follows a name is its value if it is a list, a string or
    /// starts like a number or a set; otherwise it is the next name.
    Result<std::vector<Parameter>> parameters();
    /// "(" NAME *(SP NAME) ")", names in upper case: status-att lists.
    Result<std::vector<std::string>> name_list();

    /// Syntax error at the current position: "expected WHAT at position N".
    Error expected(std::string_view what) const;
    /// Syntax error in own words: "TEXT at position N".
    Error error(std::string_view text) const;

private:
    ArgumentCursor(std::string_view text, std::span<const LiteralRef> literals,
                   const LexicalFeatures& features, std::size_t begin, std::size_t end, int max_depth);
    Result<std::string_view> run(std::uint8_t char_class, std::string_view what);
    Result<std::string_view> astring_of(std::uint8_t char_class, std::string_view what);
    Result<std::uint64_t> digits(std::uint64_t max, std::string_view what);
    Result<Value> value_at(int depth, std::size_t& budget);
    Result<Value> list_value(int depth, std::size_t& budget);
    Result<Value> atom_value();
    bool value_follows() const;
    const LiteralRef* literal_here(std::size_t& index) const;

    std::string_view text_;
    std::span<const LiteralRef> literals_;
    LexicalFeatures features_;
    std::size_t pos_ = 0;
    std::size_t end_ = 0;
    int max_depth_ = default_max_depth;
    std::forward_list<std::string> unescaped_;  ///< quoted strings that held a backslash
};

}  // namespace postern::imap
