#include "tools/posternctl/maildir.hpp"

#include <algorithm>
#include <charconv>

#include "postern/imap/modified_utf7.hpp"
#include "postern/mime/header.hpp"

namespace posternctl {

using namespace postern;

namespace {

constexpr std::size_t letters = 26;
constexpr std::string_view forwarded = "$Forwarded";
constexpr std::string_view suffix_start = ":2,";

struct Letter {
    char letter;
    mail::FlagBits flag;
};
constexpr Letter system_letters[] = {
    {'D', mail::draft}, {'F', mail::flagged}, {'R', mail::answered}, {'S', mail::seen}, {'T', mail::deleted}};

}  // namespace

MaildirKeywords MaildirKeywords::parse(std::string_view text) {
    MaildirKeywords out;
    for (const std::string_view line : split_name(text, '\n')) {
        std::size_t number = 0;
        const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), number);
        const auto digits = static_cast<std::size_t>(end - line.data());
        if (error != std::errc() || number >= letters || digits + 1 >= line.size() || line[digits] != ' ')
            continue;
        if (out.names_.size() <= number) out.names_.resize(number + 1);
        out.names_[number] = line.substr(digits + 1);
    }
    return out;
}

std::string MaildirKeywords::format() const {
    std::string out;
    for (std::size_t i = 0; i < names_.size(); ++i) {
        if (!names_[i].empty()) out += std::to_string(i) + ' ' + names_[i] + '\n';
    }
    return out;
}

std::optional<char> MaildirKeywords::letter_of(std::string_view keyword) {
    const auto found = std::find_if(names_.begin(), names_.end(), [keyword](const std::string& name) {
        return mime::equal_ascii_nocase(name, keyword);
    });
    const auto index = static_cast<std::size_t>(found - names_.begin());
    if (index >= letters) return std::nullopt;
    if (found == names_.end()) names_.emplace_back(keyword);
    return static_cast<char>('a' + index);
}

std::string MaildirKeywords::keyword_of(char letter) const {
    const auto index = static_cast<std::size_t>(static_cast<unsigned char>(letter)) - 'a';
    return index < names_.size() ? names_[index] : "";
}

std::string maildir_suffix(const FiledMail& mail, MaildirKeywords& keywords, std::size_t& left_out) {
    std::string letters_of_mail;
    for (const auto& [letter, flag] : system_letters) {
        if ((mail.flags & flag) != 0) letters_of_mail += letter;
    }
    for (const std::string& keyword : mail.keywords) {
        if (mime::equal_ascii_nocase(keyword, forwarded)) {
            letters_of_mail += 'P';
        } else if (const auto letter = keywords.letter_of(keyword)) {
            letters_of_mail += *letter;
        } else {
            ++left_out;
        }
    }
    std::sort(letters_of_mail.begin(), letters_of_mail.end());
    return std::string(suffix_start) + letters_of_mail;
}

void read_maildir_suffix(std::string_view file, const MaildirKeywords& keywords, FiledMail& mail) {
    const std::size_t start = file.rfind(suffix_start);
    if (start == std::string_view::npos) return;
    for (const char c : file.substr(start + suffix_start.size())) {
        for (const auto& [letter, flag] : system_letters) {
            if (c == letter) mail.flags |= flag;
        }
        if (c == 'P') add_keyword(mail, forwarded);
        if (c >= 'a' && c <= 'z') add_keyword(mail, keywords.keyword_of(c));
    }
}

std::string maildir_folder(std::string_view mailbox) {
    if (mailbox == "INBOX") return "";
    std::string out;
    for (const std::string_view level : split_name(mailbox, mail::hierarchy_delimiter)) {
        const std::string escaped = escape_level(level, Dots::everywhere);
        out += '.' + imap::encode_modified_utf7(escaped).value_or(escaped);
    }
    return out;
}

std::optional<std::string> maildir_mailbox(std::string_view folder) {
    if (folder.size() < 2 || folder[0] != '.') return std::nullopt;
    std::string out;
    for (const std::string_view level : split_name(folder.substr(1), '.')) {
        if (level.empty()) return std::nullopt;
        if (!out.empty()) out += mail::hierarchy_delimiter;
        out += unescape_level(imap::decode_modified_utf7(level).value_or(std::string(level)));
    }
    return out;
}

}  // namespace posternctl
