// IMAP strings (RFC 3501 section 4.3).
#include "postern/mime/wire.hpp"

namespace postern::mime {

namespace {

/// Beyond this a literal is sent: some clients read quoted strings into small buffers.
constexpr std::size_t longest_quoted = 1000;

enum class Form { atom_like, quoted, literal };

Form form_of(std::string_view text, bool& has_nul) noexcept {
    Form form = text.size() > longest_quoted ? Form::literal : Form::atom_like;
    has_nul = false;
    for (const char c : text) {
        const auto u = static_cast<unsigned char>(c);
        if (u >= 128 || c == '\r' || c == '\n') {
            form = Form::literal;
        } else if (c == '\0') {
            has_nul = true;
        } else if ((c == '"' || c == '\\') && form == Form::atom_like) {
            form = Form::quoted;
        }
    }
    return form;
}

}  // namespace

void append_imap_string(std::string_view text, std::string& out) {
    bool has_nul = false;
    const Form form = form_of(text, has_nul);
    const std::size_t begin = out.size();
    switch (form) {
        case Form::atom_like:
            out += '"';
            out.append(text);
            out += '"';
            break;
        case Form::quoted:
            out += '"';
            for (const char c : text) {
                if (c == '"' || c == '\\') out += '\\';
                out += c;
            }
            out += '"';
            break;
        case Form::literal:
            out += '{';
            out += std::to_string(text.size());
            out += "}\r\n";
            out.append(text);
            break;
    }
    if (has_nul) {
        for (std::size_t i = begin; i < out.size(); ++i) {
            if (out[i] == '\0') out[i] = '?';
        }
    }
}

}  // namespace postern::mime
