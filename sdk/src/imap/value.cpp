#include "postern/imap/value.hpp"

#include "postern/imap/lexical.hpp"

namespace postern::imap {

bool Value::is_keyword(std::string_view keyword) const {
    return kind == Kind::atom && equals_ignore_case(text, keyword);
}

std::string Value::to_string() const {
    switch (kind) {
        case Kind::nil:
            return "NIL";
        case Kind::atom:
            return text;
        case Kind::string:
            break;
        case Kind::list: {
            std::string out = "(";
            for (const Value& v : items) {
                if (out.size() > 1) out += ' ';
                out += v.to_string();
            }
            return out + ")";
        }
    }
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + "\"";
}

}  // namespace postern::imap
