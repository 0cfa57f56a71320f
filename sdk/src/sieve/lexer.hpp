#pragma once
// Tokens of Sieve (RFC 5228 section 8.1).
#include "postern/sieve/syntax.hpp"

namespace postern::sieve {

struct Token {
    enum class Kind : std::uint8_t { end, identifier, tag, number, string, symbol, fault };
    Kind kind = Kind::end;
    Place place;
    std::string text;  ///< identifier and tag in lower case; string decoded; fault: what is wrong
    std::uint64_t number = 0;
    char symbol = 0;  ///< one of [ ] ( ) { } , ;
};

class Lexer {
public:
    explicit Lexer(std::string_view script) : script_(script) {}
    Token next();

private:
    bool at_end() const { return position_ >= script_.size(); }
    char peek(std::size_t ahead = 0) const {
        return position_ + ahead < script_.size() ? script_[position_ + ahead] : '\0';
    }
    void advance(std::size_t count = 1);
    /// False with `fault` set if a comment does not end.
    bool skip_blank(Token& fault);
    std::string word();
    Token read_number();
    Token read_quoted();
    Token read_multi_line(Place place);
    static Token fault(Place place, std::string text);

    std::string_view script_;
    std::size_t position_ = 0;
    Place place_;
};

}  // namespace postern::sieve
