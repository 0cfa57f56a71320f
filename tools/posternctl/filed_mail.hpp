#pragma once
// A message on its way between the store and files, and what the file formats have in common.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "postern/mail/types.hpp"

namespace posternctl {

struct FiledMail {
    std::string content;  ///< as in the store
    postern::mail::FlagBits flags = 0;
    std::vector<std::string> keywords;
    postern::UnixTime date = 0;  ///< internal date
};

/// Files have LF where the store has CR LF. A message with bare CRs or LFs is left as it is, so that it comes back so.
std::string as_in_files(std::string_view content);
/// The way back. A file in which a CR LF occurs is left as it is.
std::string as_in_store(std::string_view text);

/// Adds a keyword unless it is there, in any case, or is none (RFC 3501 section 2.3.2).
void add_keyword(FiledMail& mail, std::string_view keyword);

/// One level of a mailbox name as part of a file's name: "\" and, everywhere or at the beginning, "." become "\5c" and "\2e".
enum class Dots { everywhere, leading };
std::string escape_level(std::string_view level, Dots dots);
/// The way back: "\hh" is the octet hh.
std::string unescape_level(std::string_view text);

/// "A/B" in parts.
std::vector<std::string_view> split_name(std::string_view name, char delimiter);

}  // namespace posternctl
