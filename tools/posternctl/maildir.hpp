#pragma once
// Maildir and Maildir++: what names of files and folders say. INBOX is the folder itself, "A/B" is ".A.B" in it, in modified
// UTF-7 as Dovecot writes it; a dot within a level is "\2e".
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/posternctl/filed_mail.hpp"

namespace posternctl {

/// The letters a to z of one folder, as the file "dovecot-keywords" in it lists them: "0 $Junk" is the letter a.
class MaildirKeywords {
public:
    /// The file's name in a folder.
    static constexpr const char* file = "dovecot-keywords";

    static MaildirKeywords parse(std::string_view text);
    std::string format() const;
    /// The letter of a keyword, a new one if it has none; nothing if all are taken.
    std::optional<char> letter_of(std::string_view keyword);
    /// "" if the letter stands for none.
    std::string keyword_of(char letter) const;
    bool empty() const { return names_.empty(); }

private:
    std::vector<std::string> names_;  // "": not used
};

/// ":2,FRSa", letters in the order of ASCII; P is $Forwarded. Keywords that have no letter are counted in `left_out`.
std::string maildir_suffix(const FiledMail& mail, MaildirKeywords& keywords, std::size_t& left_out);
/// Flags and keywords from a file's name.
void read_maildir_suffix(std::string_view file, const MaildirKeywords& keywords, FiledMail& mail);

/// "" for INBOX.
std::string maildir_folder(std::string_view mailbox);
/// The mailbox of a folder of a Maildir++, ".A.B"; nothing if it is not the name of one.
std::optional<std::string> maildir_mailbox(std::string_view folder);

}  // namespace posternctl
