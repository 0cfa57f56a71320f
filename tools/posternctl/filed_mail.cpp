#include "tools/posternctl/filed_mail.hpp"

#include <algorithm>
#include <charconv>

#include "postern/imap/flags.hpp"
#include "postern/mime/header.hpp"
#include "postern/smtp/line_ends.hpp"

namespace posternctl {

std::string as_in_files(std::string_view content) {
    if (postern::smtp::has_bare_line_ends(content)) return std::string(content);
    std::string out;
    out.reserve(content.size());
    std::copy_if(content.begin(), content.end(), std::back_inserter(out), [](char c) { return c != '\r'; });
    return out;
}

std::string as_in_store(std::string_view text) {
    if (text.find("\r\n") != std::string_view::npos) return std::string(text);
    std::string out;
    out.reserve(text.size() + text.size() / 32);
    for (const char c : text) {
        if (c == '\n') out += '\r';
        out += c;
    }
    return out;
}

void add_keyword(FiledMail& mail, std::string_view keyword) {
    if (!postern::imap::is_keyword(keyword)) return;
    const bool there = std::any_of(mail.keywords.begin(), mail.keywords.end(), [&](const std::string& one) {
        return postern::mime::equal_ascii_nocase(one, keyword);
    });
    if (!there) mail.keywords.emplace_back(keyword);
}

std::string escape_level(std::string_view level, Dots dots) {
    std::string out;
    for (std::size_t i = 0; i < level.size(); ++i) {
        if (level[i] == '\\')
            out += "\\5c";
        else if (level[i] == '.' && (i == 0 || dots == Dots::everywhere))
            out += "\\2e";
        else
            out += level[i];
    }
    return out;
}

std::string unescape_level(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        unsigned octet = 0;
        const char* digits = text.data() + i + 1;
        const bool escaped = text[i] == '\\' && text.size() - i > 2 &&
                             std::from_chars(digits, digits + 2, octet, 16).ptr == digits + 2;
        out += escaped ? static_cast<char>(octet) : text[i];
        if (escaped) i += 2;
    }
    return out;
}

std::vector<std::string_view> split_name(std::string_view name, char delimiter) {
    std::vector<std::string_view> out;
    while (true) {
        const std::size_t end = name.find(delimiter);
        out.push_back(name.substr(0, end));
        if (end == std::string_view::npos) return out;
        name.remove_prefix(end + 1);
    }
}

}  // namespace posternctl
