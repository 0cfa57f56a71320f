#pragma once
// Parses search keys (RFC 3501 section 6.4.4, RFC 4466 section 2.6.1).
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "postern/export.hpp"
#include "postern/imap/argument_cursor.hpp"
#include "postern/imap/search.hpp"

namespace postern::imap {

class SearchParser;

/// How extensions add keys: returns the parser of a keyword (upper case) or an empty function. The cursor stands right
/// after the keyword; the parser takes SP and arguments itself, nested keys through SearchParser::key().
using SearchKeyParser =
    std::function<Result<SearchNode>(std::string_view keyword, ArgumentCursor&, SearchParser&)>;
using SearchKeyLookup = std::function<SearchKeyParser(std::string_view keyword)>;

struct SearchLimits {
    std::size_t nodes = 1000;
    int depth = 50;
};

/// Parser of one search program. Not copyable; made for one command.
class POSTERN_SDK SearchParser {
public:
    explicit SearchParser(SearchKeyLookup extensions = {}, SearchLimits limits = {});

    /// ["CHARSET" SP charset SP] search-key *(SP search-key), up to the end of the arguments. An unknown charset is
    /// Errc::unsupported: answer NO [BADCHARSET (...)] with supported_charsets().
    Result<SearchNode> program(ArgumentCursor& in);
    /// search-key *(SP search-key) up to the end, without CHARSET.
    Result<SearchNode> keys(ArgumentCursor& in);
    /// One search-key.
    Result<SearchNode> key(ArgumentCursor& in);
    /// One astring, converted from the charset in force to folded UTF-8.
    Result<std::string> text(ArgumentCursor& in);

    /// The charset in force, upper case; US-ASCII if none was given.
    const std::string& charset() const { return charset_; }
    /// Sets it; Errc::unsupported if the name is unknown.
    Result<void> set_charset(std::string_view name);
    /// CHARSET was given (RFC 9755 section 3 forbids it once UTF-8 is on; that is the session's to say).
    bool charset_given() const { return charset_given_; }

private:
    Result<SearchNode> list_key(ArgumentCursor& in);
    Result<SearchNode> word_key(ArgumentCursor& in);
    Result<SearchNode> logical_key(ArgumentCursor& in, bool disjunction);
    Result<SearchNode> argument_key(ArgumentCursor& in, const std::string& word);

    SearchKeyLookup extensions_;
    SearchLimits limits_;
    std::string charset_ = "US-ASCII";
    bool charset_given_ = false;
    std::size_t nodes_ = 0;
    int depth_ = 0;
};

/// Names for BADCHARSET.
POSTERN_SDK const std::vector<std::string_view>& supported_charsets();

}  // namespace postern::imap
