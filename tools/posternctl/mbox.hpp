#pragma once
// The mbox format (RFC 4155), with "From " quoted reversibly (">From " is quoted too) and flags in Status, X-Status and
// X-Keywords at the end of the header, where mutt, Dovecot and c-client put and look for them.
#include <optional>
#include <string>
#include <string_view>

#include "tools/posternctl/filed_mail.hpp"

namespace posternctl {

/// The message as it stands in an mbox, with the line before it and the empty line after it.
std::string mbox_entry(const FiledMail& mail);

/// Takes an mbox line by line.
class MboxReader {
public:
    /// Messages with more octets are passed over.
    explicit MboxReader(std::size_t max_message = std::size_t{256} << 20) : max_message_(max_message) {}

    /// The next line with its line end; the last may have none. Answers the message that came to its end with it.
    std::optional<FiledMail> line(std::string_view line);
    /// The end: the last message.
    std::optional<FiledMail> finish();

    std::size_t too_large() const { return too_large_; }
    /// Something stood before the first message: this is hardly an mbox.
    bool has_strange_start() const { return strange_start_; }

private:
    std::size_t max_message_;
    bool in_message_ = false;
    bool after_empty_line_ = true;
    bool strange_start_ = false;
    std::size_t too_large_ = 0;
    std::string text_;  // of the message, with LF or CR LF
    postern::UnixTime date_ = 0;
};

/// The date of a line that begins a message, "From anna@example.org Sun Nov 22 10:30:00 2026"; nothing if it is none.
std::optional<postern::UnixTime> parse_from_line(std::string_view line);

/// The file of a mailbox, "A/B.mbox".
std::string mbox_file(std::string_view mailbox);
/// The mailbox of a file: the endings ".mbox", and ".sbd" of folders as Thunderbird names them, go away.
std::string mbox_mailbox(std::string_view file);

}  // namespace posternctl
