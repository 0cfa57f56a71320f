#pragma once
// Maildirs and mboxes as they lie on the disk, to be read.
#include <cstdint>
#include <filesystem>
#include <functional>
#include <vector>

#include "postern/result.hpp"
#include "tools/posternctl/filed_mail.hpp"

namespace posternctl {

/// One mailbox: a Maildir, or a file in the format mbox.
struct MailFile {
    std::string mailbox;  ///< its name there; "INBOX" for a single one
    std::filesystem::path path;
    bool maildir = false;
    std::uint64_t octets = 0;  ///< of what there is to read
};

/// Every mailbox at `path`: a Maildir with the folders of Maildir++ in it, one mbox, or a folder in which mboxes are found by their
/// first line. Throws filesystem_error.
std::vector<MailFile> find_mail(const std::filesystem::path& path);

/// Calls `take` for every message, in order, until it answers an error; `octets` is what of the file has been read by then. Answers
/// how many messages were too large; invalid if it is no mbox, temporary if something cannot be read. Throws filesystem_error.
postern::Result<std::size_t> read_mail(
    const MailFile& file, const std::function<postern::Result<void>(FiledMail, std::uint64_t octets)>& take);

}  // namespace posternctl
